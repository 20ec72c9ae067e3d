import { parseArgs } from 'node:util';
import { product } from '../../functions/product.ts';
import { PlatformError } from '../local/platform-error.ts';
import { pluginOptions } from './plugins/options.ts';

const pluginHelp = pluginOptions
  .map(({ name, argument, help }) => `  ${`--${name} ${argument}`.padEnd(12)} ${help}\n`)
  .join('');

export const help = `Runs the whole of ${product.title} on this machine: the stack of the stage "local", with the protocols of AWS.

  npm start -- [--port N] [--data DIR] ${pluginOptions.map(({ name, argument }) => `[--${name} ${argument}] `).join('')}[--json]

  --port N     where the API answers on localhost; 0 takes a free port (default: 3000)
  --data DIR   the folder that keeps the data from start to start (default: .spillway)
${pluginHelp}  --json       prints every line as a JSON object (npm run -s start -- --json, so that npm prints none of its own)
  --help       this text`;

export interface CommandLine {
  readonly port: number;
  readonly dataDir: string;
  readonly json: boolean;
  /** The values of the plugins' options, by their names. */
  readonly pluginValues: ReadonlyMap<string, string>;
}

/** Reads and checks the command line; undefined when it asks for help. Throws a {@link PlatformError}. */
export const readCommandLine = (args: string[]): CommandLine | undefined => {
  const values = parse(args);
  if (values.help === true) return undefined;
  const port = String(values.port);
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw new PlatformError(`--port takes a number from 0 to 65535, not "${port}".`);
  if (values.data === '') throw new PlatformError('--data takes the name of a folder.');
  const pluginValues = pluginOptions.flatMap(({ name }): [string, string][] => {
    const value = values[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return {
    port: Number(port),
    dataDir: String(values.data),
    json: values.json === true,
    pluginValues: new Map(pluginValues),
  };
};

const parse = (args: string[]): Readonly<Record<string, string | boolean | undefined>> => {
  const ofPlugins = pluginOptions.map(({ name }) => [name, { type: 'string' }] as const);
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '3000' },
        data: { type: 'string', default: '.spillway' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        ...Object.fromEntries(ofPlugins),
      },
    }).values;
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split('. ');
    throw new PlatformError(`${sentence}: see npm start -- --help.`);
  }
};
