import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import cdk from '../cdk.json' with { type: 'json' };
import { product } from '../functions/product.ts';
import type { Assets } from './bundle/build.ts';
import { type IdentityOptions, parseIdentity } from './identity.ts';
import { ProductStack } from './stack.ts';
import { suiteOf } from './stages.ts';
import type { Suite } from './suite.ts';

export interface StackOptions {
  /** `local`, `dev` or `prod`, or a suite of one's own. */
  readonly stage: string | Suite;
  /** What `build` returned. */
  readonly assets: Assets;
  /** Web origins that may call the API from a browser; none by default. */
  readonly origins?: readonly string[];
  /** Whose tokens are accepted; by default those of a Cognito user pool that the stack creates. */
  readonly identity?: IdentityOptions;
  /** Deploys even though an alarm is on, such as a fix of what it tells about. */
  readonly ignoreAlarms?: boolean;
}

export interface Synthesized {
  readonly stackName: string;
  /** The CloudFormation template, JSON. */
  readonly templateFile: string;
  /** The asset manifest, JSON: which folder beside it belongs to the S3 key that the template names. */
  readonly assetManifestFile: string;
}

/** Adds the stack of one stage to an app. Throws one sentence for a stage that does not exist. */
export const addStack = (
  app: App,
  { stage, assets, origins = [], identity = parseIdentity({}), ignoreAlarms = false }: StackOptions,
): ProductStack => {
  const suite = typeof stage === 'string' ? suiteOf(stage) : stage;
  return new ProductStack(app, `${product.title}-${suite.stageName}`, {
    suite,
    assets,
    origins,
    identity,
    ignoreAlarms,
  });
};

/**
 * Synthesizes a stack in this process: the same that `npx cdk synth -c stage=…` makes, with the same feature
 * flags, without the command, an account or Docker. `outdir` receives the template, its asset manifest and a
 * copy of every asset; it may hold those of an earlier run.
 */
export const synthesize = (outdir: string, options: StackOptions): Synthesized => {
  // The command validates what it deploys; here it would take longer than all the rest together (3 s of 4).
  const app = new App({ outdir, context: cdk.context, builtinCloudFormationValidation: false });
  const stack = addStack(app, options);
  app.synth();
  return {
    stackName: stack.stackName,
    templateFile: join(outdir, stack.templateFile),
    assetManifestFile: join(outdir, `${stack.artifactId}.assets.json`),
  };
};
