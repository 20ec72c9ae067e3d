import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationValidatePlugin } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stages } from '../../infra/stages.ts';
import { ownProvider, productTemplateOf, templateOf } from './template.ts';

type Template = { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };

// AWS's own validator, with the schemas of all resource types, as the `cdk` command runs it before a deployment.
const validator = new CloudFormationValidatePlugin();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What CloudFormation would refuse or advise against: `rule resource: reason`. */
const problemsOf = (template: unknown): string[] => {
  const templatePath = join(folder, 'template.json');
  writeFileSync(templatePath, JSON.stringify(template));
  const { violations } = validator.validate({
    appConstruct: undefined as never, // it reads the template alone
    templatePaths: [templatePath],
    stackTemplates: [
      { stackConstructPath: 'Stack', templatePath, accountId: '123456789012', region: 'eu-central-1' },
    ],
  });
  return violations.flatMap(({ ruleName, description, violatingResources }) =>
    violatingResources.map(({ resourceLogicalId }) => `${ruleName} ${resourceLogicalId}: ${description}`),
  );
};

describe('the schemas of CloudFormation', () => {
  test.each(stages)('find nothing wrong with %s', (stage) => {
    expect(problemsOf(productTemplateOf(stage).toJSON())).toEqual([]);
  });

  test("find nothing wrong with one's own identity provider and a web application", () => {
    expect(
      problemsOf(
        productTemplateOf('prod', { origins: ['https://example.com'], identity: ownProvider }).toJSON(),
      ),
    ).toEqual([]);
  });

  /** The problems of a template in which one resource of the type is changed. */
  const changed = (type: string, change: (properties: Record<string, unknown>) => void): string => {
    const template: Template = structuredClone(templateOf('prod').toJSON()) as Template;
    const resource = Object.values(template.Resources).find(({ Type }) => Type === type);
    if (resource === undefined) throw new Error(`There is no ${type}.`);
    change(resource.Properties);
    return problemsOf(template).join('\n');
  };

  test.each<[string, string, (properties: Record<string, unknown>) => void, string]>([
    [
      'a value that is in no enumeration',
      'AWS::DynamoDB::Table',
      (table) => {
        table.BillingMode = 'PAY_LATER';
      },
      'PAY_LATER',
    ],
    [
      'a property of the wrong type',
      'AWS::Lambda::Function',
      (lambda) => {
        lambda.MemorySize = 'plenty';
      },
      'MemorySize',
    ],
    [
      'a number out of range',
      'AWS::SQS::Queue',
      (queue) => {
        queue.VisibilityTimeout = 43_201;
      },
      'VisibilityTimeout',
    ],
    [
      'a required property that is missing',
      'AWS::Lambda::Function',
      (lambda) => {
        delete lambda.Role;
      },
      'Role',
    ],
    [
      'a property that does not exist',
      'AWS::ApiGatewayV2::Route',
      (route) => {
        route.Authorisation = 'JWT';
      },
      'Authorisation',
    ],
  ])('find %s', (_, type, change, mention) => {
    expect(changed(type, change)).toContain(mention);
  });
});
