import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import cdk from '../../cdk.json' with { type: 'json' };
import type { Assets } from '../../infra/bundle/build.ts';
import { type IdentityOptions, parseIdentity } from '../../infra/identity.ts';
import { type StageName, suiteOf } from '../../infra/stages.ts';
import type { Suite } from '../../infra/suite.ts';
import { addStack, synthesize } from '../../infra/synthesize.ts';
import { shopSuite } from './fixture.ts';

/** Runs `work` with a temporary folder that is gone afterwards. */
export const inFolder = <T>(work: (folder: string) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Empty handlers, in a folder: what they hold is the build's business. */
const emptyAssets = (folder: string, { functions }: Suite): Assets => {
  const asset = (name: string): string => {
    const directory = join(folder, name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'index.mjs'), `export const handler = () => '${name}';`);
    return directory;
  };
  return Object.fromEntries(Object.keys(functions).map((name) => [name, asset(name)]));
};

export interface TemplateOptions {
  readonly origins?: readonly string[];
  readonly identity?: IdentityOptions;
  readonly ignoreAlarms?: boolean;
}

/** The template of a suite, as text. */
export const synthesizeText = (suite: Suite, options: TemplateOptions = {}): string =>
  inFolder((folder) => {
    const assets = emptyAssets(join(folder, 'assets'), suite);
    const { templateFile } = synthesize(join(folder, 'out'), { stage: suite, assets, ...options });
    return readFileSync(templateFile, 'utf8');
  });

/** An app with the stack of a suite, not synthesized. */
export const appOf = (suite: Suite): App =>
  inFolder((folder) => {
    const app = new App({ context: cdk.context, outdir: join(folder, 'out') });
    addStack(app, { stage: suite, assets: emptyAssets(join(folder, 'assets'), suite) });
    return app;
  });

/** An identity provider that the stack does not create. */
export const ownProvider = parseIdentity({
  issuer: 'https://login.example.com/',
  audience: 'https://api.example.com, cli',
  tenantClaim: 'org_id',
});

const templates = new Map<string, Template>();

const templateOnce = (key: string, suite: () => Suite, options: TemplateOptions): Template => {
  const name = `${key} ${JSON.stringify(options)}`;
  const template = templates.get(name) ?? Template.fromJSON(JSON.parse(synthesizeText(suite(), options)));
  templates.set(name, template);
  return template;
};

/** The template of the tests' own suite in a stage, made once. */
export const templateOf = (stage: 'local' | 'dev' | 'prod', options: TemplateOptions = {}): Template =>
  templateOnce(`shop ${stage}`, () => shopSuite(stage), options);

/** The template of the real suite in a stage, made once. */
export const productTemplateOf = (stage: StageName, options: TemplateOptions = {}): Template =>
  templateOnce(`product ${stage}`, () => suiteOf(stage), options);

/** `DataItems2E91B8E8` → `DataItems`: the hash says nothing to a reader. */
const plain = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** A value of the template as a reader would write it: references by their names, joins joined. */
export const readable = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Ref' in value) return plain(String(value.Ref));
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string];
    return `${plain(id)}.${attribute}`;
  }
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]];
    return parts.map(readable).join(separator);
  }
  throw new Error(`Not a reference: ${JSON.stringify(value)}`);
};

type Resource = ReturnType<Template['findResources']>[string] & { readonly id: string };

/** All resources of a type: their plain logical ids and what they say. */
export const resources = (template: Template, type: string): Resource[] =>
  Object.entries(template.findResources(type)).map(([id, resource]) => ({ id: plain(id), ...resource }));

/** The one resource of a type with this plain logical id. */
export const resource = (template: Template, type: string, id: string): Resource => {
  const [found, ...others] = resources(template, type).filter((each) => each.id === id);
  if (found === undefined || others.length > 0) throw new Error(`There is not one ${type} ${id}.`);
  return found;
};

/** The function's resource. */
export const functionResource = (template: Template, name: string): Resource =>
  resource(template, 'AWS::Lambda::Function', `Functions${name.replaceAll('-', '')}Function`);
