import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Synthesized } from '../../infra/local/cloudformation/synthesized.ts';
import type { Template, TemplateResource } from '../../infra/local/cloudformation/template.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { type PlatformOptions, runStack } from '../../infra/local/run-stack.ts';

/** Small stacks as CDK would write them: resources by their logical ids, and the code of their functions. */

export type Resources = Record<string, TemplateResource>;

/** A folder that is gone when the test has ended. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const runtime = `nodejs${Number.parseInt(process.versions.node, 10)}.x`;

/** A function whose asset is one file, `index.mjs`, with this source. */
export const lambda = (source: string, properties: Record<string, unknown> = {}): TemplateResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: 'assets', S3Key: source },
    Handler: 'index.handler',
    Runtime: runtime,
    Role: { 'Fn::GetAtt': ['Everything', 'Arn'] },
    Timeout: 10,
    ...properties,
  },
});

/** A role that Lambda may assume, with these statements. */
export const role = (...Statement: readonly object[]): TemplateResource => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
      ],
    },
    Policies: [{ PolicyName: 'statements', PolicyDocument: { Version: '2012-10-17', Statement } }],
  },
});

/** The role of a function whose test is about something else. */
export const everything: Resources = {
  Everything: role({ Effect: 'Allow', Action: '*', Resource: '*' }),
};

export const queue = (properties: Record<string, unknown> = {}): TemplateResource => ({
  Type: 'AWS::SQS::Queue',
  Properties: { VisibilityTimeout: 30, ...properties },
});

export const mapping = (
  queueId: string,
  functionId: string,
  properties: Record<string, unknown> = {},
): TemplateResource => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: { 'Fn::GetAtt': [queueId, 'Arn'] },
    FunctionName: { Ref: functionId },
    ...properties,
  },
});

export const permission = (functionId: string, principal: string): TemplateResource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { Action: 'lambda:InvokeFunction', FunctionName: { Ref: functionId }, Principal: principal },
});

/** An HTTP API with these routes, each to a function. */
export const api = (
  routes: Record<string, string>,
  {
    stage = {},
    integration = {},
    ...properties
  }: { stage?: Record<string, unknown>; integration?: Record<string, unknown> } & Record<
    string,
    unknown
  > = {},
): Resources => ({
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', ...properties } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true, ...stage },
  },
  ...Object.fromEntries(
    [...new Set(Object.values(routes))].flatMap((functionId) => [
      [`${functionId}Permission`, permission(functionId, 'apigateway.amazonaws.com')],
      [
        `${functionId}Integration`,
        {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: {
            ApiId: { Ref: 'Api' },
            IntegrationType: 'AWS_PROXY',
            IntegrationUri: { 'Fn::GetAtt': [functionId, 'Arn'] },
            PayloadFormatVersion: '2.0',
            ...integration,
          },
        },
      ],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(routes).map(([key, functionId], index) => [
      `Route${index}`,
      {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: key,
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${functionId}Integration` }]] },
        },
      },
    ]),
  ),
});

/** Writes a stack as CDK does: a template, the manifest of its assets, and a folder for each function. */
export const synthesize = async (
  resources: Resources,
  rest: Partial<Template> = {},
): Promise<Synthesized> => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-test-'));
  const files: Record<string, unknown> = {};
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { S3Key: source } = (Properties?.Code ?? {}) as { S3Key: string };
    mkdirSync(join(folder, `asset.${id}`));
    writeFileSync(join(folder, `asset.${id}`, 'index.mjs'), source);
    files[id] = { source: { path: `asset.${id}` }, destinations: { here: { objectKey: source } } };
  }
  const templateFile = join(folder, 'template.json');
  const assetManifestFile = join(folder, 'assets.json');
  writeFileSync(templateFile, JSON.stringify({ ...rest, Resources: { ...everything, ...resources } }));
  writeFileSync(assetManifestFile, JSON.stringify({ files }));
  const remove = async () => rmSync(folder, { recursive: true });
  return { stackName: 'Test', templateFile, assetManifestFile, remove };
};

/** Runs a stack; whoever starts it stops it. */
export const start = (resources: Resources, options: PlatformOptions = {}): Promise<Platform> =>
  runStack(() => synthesize(resources), options);

/** Runs a stack until the test ends. */
export const run = async (resources: Resources, options: PlatformOptions = {}): Promise<Platform> => {
  const platform = await start(resources, options);
  onTestFinished(() => platform.stop());
  return platform;
};
