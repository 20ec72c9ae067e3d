import '../node-version.mjs';
import { parseArgs } from 'node:util';
import { accessJson, accessLine, functionJson, functionLine, jsonLine } from '../local/log/console.ts';
import { pagePath } from '../local/page/path.ts';
import type { Platform } from '../local/run-stack.ts';
import { PlatformError } from '../local/platform-error.ts';

const help = `Runs the whole of Spillway on this machine: the stack of the stage "local", with the protocols of AWS.

  npm start -- [--port N] [--data DIR] [--chaos FILE] [--json]

  --port N     where the API answers on localhost; 0 takes a free port (default: 3000)
  --data DIR   the folder that keeps the data from start to start (default: .spillway)
  --chaos FILE makes things go wrong between the functions and AWS, as the JSON in FILE says: see docs/chaos.md
  --json       prints every line as a JSON object (npm run -s start -- --json, so that npm prints none of its own)
  --help       this text`;

interface Settings {
  readonly port: number;
  readonly dataDir: string;
  readonly chaosFile: string | undefined;
  readonly json: boolean;
}

/** The command line, checked; undefined when it asks for help. */
const settingsOf = (args: string[]): Settings | undefined => {
  const { values } = parse(args);
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new PlatformError(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  if (values.data === '') throw new PlatformError('--data takes the name of a folder.');
  return { port, dataDir: values.data, chaosFile: values.chaos, json: values.json };
};

const parse = (args: string[]) => {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '3000' },
        data: { type: 'string', default: '.spillway' },
        chaos: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split('. ');
    throw new PlatformError(`${sentence}: see npm start -- --help.`);
  }
};

/** Where a token is asked for when nothing else is said. */
const usualUrl = 'http://localhost:3000';

const urlOf = (platform: Platform): string => platform.url.replace('127.0.0.1', 'localhost');

/** Lines that work when pasted one after another. */
const introduction = (platform: Platform, dataDir: string): string => {
  const url = urlOf(platform);
  const call = `curl -sw '\\n' -H "authorization: Bearer $TOKEN"`;
  const json = "-H 'content-type: application/json' -d";
  return `
Spillway runs at ${url}: ${platform.functions.length} functions, ${platform.queues.length} queues and ${platform.tables.length} tables, whose data is in ${dataDir}.
See what it does at ${url}${pagePath}

Try in another terminal:

  curl -sw '\\n' ${url}/health
  TOKEN=$(npm run -s token${url === usualUrl ? '' : ` -- --url ${url}`})
  ${call} ${url}/items ${json} '{"id":1,"name":"first","description":"made by hand"}'
  ${call} ${url}/items/1
  id=$(${call} ${url}/computations ${json} '{"type":"prime-count","input":{"to":10000000000}}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
  ${call} ${url}/computations/$id
  ${call} ${url}/computations/$id -H 'prefer: wait=25'

Ctrl-C ends it.
`;
};

/** Resolves when somebody wants the platform to end; later signals change nothing, because it is ending. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });

const main = async (): Promise<void> => {
  const settings = settingsOf(process.argv.slice(2));
  if (settings === undefined) return console.log(help);
  const ending = interrupted();
  const failure = Promise.withResolvers<never>();

  const { dataDir, chaosFile, json } = settings;
  console.log(json ? jsonLine('starting') : 'Building the functions and starting the stack …');
  // Loaded here, so that a wrong option is answered at once.
  const { startPlatform } = await import('../local/run-stack.ts');
  const { readChaosFile } = await import('../local/chaos/chaos.ts');
  const platform = await startPlatform({
    ...settings,
    chaos: chaosFile === undefined ? undefined : await readChaosFile(chaosFile),
    onAccess: (access) => console.log(json ? accessJson(access) : accessLine(access)),
    onLog: (entry) => {
      const line = json ? functionJson(entry) : functionLine(entry);
      if (line !== undefined) console.log(line);
    },
    onFailure: failure.reject,
  });
  const url = urlOf(platform);
  console.log(
    json
      ? jsonLine('started', { url, page: `${url}${pagePath}`, data: dataDir })
      : introduction(platform, dataDir),
  );
  try {
    await Promise.race([ending, failure.promise]);
    console.log(json ? jsonLine('stopping') : '\nStopping …');
  } finally {
    await platform.stop();
  }
};

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof PlatformError ? error.message : error);
  process.exit(1);
}
