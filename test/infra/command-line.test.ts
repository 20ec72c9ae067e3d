import { expect, it } from 'vitest';
import { readCommandLine } from '../../infra/start/command-line.ts';
import { pluginOptions } from '../../infra/start/plugins/options.ts';

it('gives each plugin the value of its option, and none to those that are not asked for', () => {
  const values = pluginOptions.map(({ name }) => [name, `value of ${name}`] as const);
  const args = values.flatMap(([name, value]) => [`--${name}`, value]);

  expect(readCommandLine([...args, '--port', '1', '--data', 'd', '--json'])).toEqual({
    port: 1,
    dataDir: 'd',
    json: true,
    pluginValues: new Map(values),
  });
  expect(readCommandLine([])).toEqual({
    port: 3_000,
    dataDir: '.spillway',
    json: false,
    pluginValues: new Map(),
  });
});
