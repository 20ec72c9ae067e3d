import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import cdk from '../../cdk.json' with { type: 'json' };
import { type Assets, entries, type FunctionName } from '../../infra/bundle/build.ts';
import { type IdentityOptions, parseIdentity } from '../../infra/identity.ts';
import type { Stage } from '../../infra/stages.ts';
import { addStack, synthesize } from '../../infra/synthesize.ts';

export const functionNames = Object.keys(entries) as FunctionName[];

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
const emptyAssets = (folder: string): Assets => {
  const asset = (name: FunctionName): string => {
    const directory = join(folder, name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'index.mjs'), `export const handler = () => '${name}';`);
    return directory;
  };
  return Object.fromEntries(functionNames.map((name) => [name, asset(name)])) as Assets;
};

/** The template of a stage, as text. */
export const synthesizeText = (
  stage: Stage,
  origins: readonly string[] = [],
  identity: IdentityOptions = parseIdentity({}),
  ignoreAlarms = false,
): string =>
  inFolder((folder) => {
    const assets = emptyAssets(join(folder, 'assets'));
    const { templateFile } = synthesize(join(folder, 'out'), {
      stage,
      assets,
      origins,
      identity,
      ignoreAlarms,
    });
    return readFileSync(templateFile, 'utf8');
  });

/** An app with the stack of a stage, not synthesized. */
export const appOf = (stage: Stage): App =>
  inFolder((folder) => {
    const app = new App({ context: cdk.context, outdir: join(folder, 'out') });
    addStack(app, { stage, assets: emptyAssets(join(folder, 'assets')) });
    return app;
  });

/** An identity provider that the stack does not create. */
export const ownProvider = parseIdentity({
  issuer: 'https://login.example.com/',
  audience: 'https://api.example.com, cli',
  tenantClaim: 'org_id',
});

const templates = new Map<string, Template>();

/** The template of a stage, made once. */
export const templateOf = (
  stage: Stage,
  origins: readonly string[] = [],
  identity: IdentityOptions = parseIdentity({}),
): Template => {
  const key = JSON.stringify([stage, origins, identity]);
  const template =
    templates.get(key) ?? Template.fromJSON(JSON.parse(synthesizeText(stage, origins, identity)));
  templates.set(key, template);
  return template;
};

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
export const functionResource = (template: Template, name: FunctionName): Resource =>
  resource(template, 'AWS::Lambda::Function', `Functions${name.replaceAll('-', '')}Function`);
