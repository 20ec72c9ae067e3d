import { fileURLToPath } from 'node:url';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { beforeAll, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
let result: ICruiseResult;

beforeAll(async () => {
  const file = new URL('.dependency-cruiser.mjs', root).href;
  const configuration: { default: IConfiguration } = await import(/* @vite-ignore */ file);
  const { forbidden = [], options = {} } = configuration.default;
  const { output } = await cruise(['functions', 'infra', 'test'], {
    ...options,
    baseDir: fileURLToPath(root),
    ruleSet: { forbidden },
    validate: true,
  });
  if (typeof output === 'string') throw new Error(output);
  result = output;
});

/** What a module imports, by paths. */
const importsOf = (source: string): string[] =>
  result.modules.find((each) => each.source === source)?.dependencies.map(({ resolved }) => resolved) ?? [];

test('the rules of who may know whom hold', () => {
  const broken = result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  expect(broken).toEqual([]);
});

test('the rules are checked against TypeScript with its types, not against the little else that there is', () => {
  expect(importsOf('functions/manifest.ts')).toContain('functions/limits.ts');
  expect(importsOf('infra/stage.ts')).toContain('functions/lib/manifest.ts'); // a type alone
});
