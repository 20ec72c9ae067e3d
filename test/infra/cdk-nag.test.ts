import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { suiteOf } from '../../infra/stages.ts';
import { appOf } from './template.ts';

/** What cdk-nag finds in a stage and nobody has acknowledged: `path rule`. */
const findings = (stage: 'dev' | 'prod'): string[] => {
  const app = appOf(suiteOf(stage));
  return [AwsSolutionsChecks, ServerlessChecks]
    .flatMap((Pack) => new Pack(app).validateScope(app).violations)
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${constructPath} ${ruleName}`),
    );
};

afterEach(() => vi.restoreAllMocks());

// The local stage is never deployed, so what AWS advises about a deployment does not concern it.
describe.each(['dev', 'prod'] as const)('cdk-nag, packs AwsSolutions and Serverless, in %s', (stage) => {
  test('finds nothing that is not acknowledged', () => {
    expect(findings(stage)).toEqual([]);
  });

  test('finds everything that is acknowledged, on that very resource', () => {
    const acknowledged: string[] = [];
    const of = Validations.of.bind(Validations);
    vi.spyOn(Validations, 'of').mockImplementation((construct) => {
      const validations = of(construct);
      validations.acknowledge = (...rules) => {
        for (const { id, reason } of rules) {
          expect(reason.length).toBeGreaterThan(40);
          acknowledged.push(`${construct.node.path} ${id}`);
        }
      };
      return validations;
    });
    const found = findings(stage);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(found.sort()).toEqual(acknowledged.sort());
  });
});
