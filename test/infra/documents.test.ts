import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { api, computations } from '../../functions/limits.ts';
import { type StageName, stages, suiteOf } from '../../infra/stages.ts';

const document = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

const number = (value: number): string => value.toLocaleString('en');
const days = (seconds: number): string => {
  const count = seconds / 86_400;
  return `${count} ${count === 1 ? 'day' : 'days'}`;
};

/** `1 day in local and dev, 3 days in prod`; a value that is the same everywhere stands alone. */
const byStage = (tell: (stage: StageName) => string): string => {
  const values = [...new Set(stages.map(tell))];
  if (values.length === 1) return values.join();
  return values
    .map((value) => `${value} in ${stages.filter((stage) => tell(stage) === value).join(' and ')}`)
    .join(', ');
};
const setting = (stage: StageName) => suiteOf(stage).stage.settings;

test.each<[string, string]>([
  ['a body, decoded', `${number(api.maxBodyBytes)} bytes`],
  ['an input, as canonical JSON', `${number(computations.maxInputBytes)} bytes`],
  ['the parts of a computation', number(computations.maxParts)],
  ['a result, as JSON', `${number(computations.maxResultBytes)} bytes`],
  ['a wait (`Prefer: wait=N`)', `${api.maxWaitSeconds} s`],
  ['an attempt of a computation', byStage((stage) => days(setting(stage).maxAgeSeconds))],
  ['a finished computation', byStage((stage) => `kept ${days(setting(stage).retentionDays * 86_400)}`)],
  ['active computations of a tenant', byStage((stage) => number(setting(stage).activePerTenant))],
])('docs/api.md tells the limit of %s as the code has it: %s', (what, limit) => {
  expect(document).toContain(`| ${what} | ${limit} |`);
});
