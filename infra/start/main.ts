import '../node-version.mjs';
import { accessJson, accessLine, functionJson, functionLine, jsonLine } from '../local/log/console.ts';
import { pagePath } from '../local/page/path.ts';
import type { Platform } from '../local/platform.ts';
import { PlatformError } from '../local/platform-error.ts';
import type { Plugin } from '../local/plugin.ts';
import type { PlatformOptions } from '../local/run-stack.ts';
import { type CommandLine, help, readCommandLine } from './command-line.ts';
import { pluginOptions } from './plugins/options.ts';
import { urlOf } from './url.ts';

/** What the command line prints, for people or for programs. */
interface Output extends Required<Pick<PlatformOptions, 'onAccess' | 'onLog'>> {
  starting(): void;
  started(platform: Platform): Promise<void> | void;
  stopping(): void;
}

const outputForPeople = (dataDir: string): Output => ({
  starting: () => console.log('Building the functions and starting the stack …'),
  started: async (platform) => {
    // Loaded here, because it reads the schemas of the whole API.
    const { introduction } = await import('./introduction.ts');
    console.log(await introduction(platform, dataDir));
  },
  onAccess: (access) => console.log(accessLine(access)),
  onLog: (entry) => {
    const line = functionLine(entry);
    if (line !== undefined) console.log(line);
  },
  stopping: () => console.log('\nStopping …'),
});

const outputForPrograms = (dataDir: string): Output => ({
  starting: () => console.log(jsonLine('starting')),
  started: (platform) => {
    const url = urlOf(platform);
    console.log(jsonLine('started', { url, page: `${url}${pagePath}`, data: dataDir }));
  },
  onAccess: (access) => console.log(accessJson(access)),
  onLog: (entry) => console.log(functionJson(entry)),
  stopping: () => console.log(jsonLine('stopping')),
});

/** Resolves when somebody wants the platform to end; later signals change nothing, because it is ending. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });

const pluginsOf = ({ pluginValues }: CommandLine): Promise<Plugin[]> =>
  Promise.all(
    pluginOptions.flatMap(({ name, plugin }) => {
      const value = pluginValues.get(name);
      return value === undefined ? [] : [plugin(value)];
    }),
  );

const main = async (): Promise<void> => {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine === undefined) return console.log(help);
  const ending = interrupted();
  const failure = Promise.withResolvers<never>();

  const { port, dataDir, json } = commandLine;
  const output = (json ? outputForPrograms : outputForPeople)(dataDir);
  output.starting();
  // Loaded here, so that a wrong option is answered at once.
  const { startPlatform } = await import('./start-platform.ts');
  const platform = await startPlatform({
    port,
    dataDir,
    plugins: await pluginsOf(commandLine),
    onAccess: output.onAccess,
    onLog: output.onLog,
    onFailure: failure.reject,
  });
  try {
    await output.started(platform);
    await Promise.race([ending, failure.promise]);
    output.stopping();
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
