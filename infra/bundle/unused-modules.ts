import { basename, dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Modules that the SDK imports and no function here can use, and what replaces each. esbuild splits by files, so what
 * such a module shares with the rest would be read at every cold start, though the module itself never runs.
 */
const replacements: Readonly<Record<string, string>> = {
  // Lambda gives credentials in the environment only, and once: the other providers, with their clients, are a fifth of
  // an asset.
  '@aws-sdk/credential-provider-node': `
    import { fromEnv } from '@aws-sdk/credential-provider-env';
    export const defaultProvider = () => {
      const provider = fromEnv();
      let credentials;
      return () => (credentials ??= provider());
    };`,
  // Neither DynamoDB nor SQS has event streams.
  '@smithy/core/event-streams': 'export {};',
  // Only a client that is told to discovers endpoints, so their cache stays empty.
  '@aws-sdk/endpoint-cache': 'export class EndpointCache {}',
  // It reads the user agents of browsers.
  bowser: 'export {};',
};

const anyReplaced = new RegExp(`^(${Object.keys(replacements).join('|')})$`);

/**
 * Leaves out what an asset never runs: the modules above, and the arithmetic of the kernels where they are not run. To
 * all functions but the worker a kernel is its name, its schemas and its parts.
 */
export const unusedModules = (runsKernels: boolean): Plugin => ({
  name: 'unused-modules',
  setup({ onResolve, onLoad, resolve }) {
    const namespace = 'unused';
    // Filters are narrow, because each match is a question from esbuild's process to this one.
    onResolve({ filter: /^\.\/.*\.ts$/ }, ({ path, kind, resolveDir }) =>
      !runsKernels && kind === 'dynamic-import' && basename(dirname(resolveDir)) === 'kernels'
        ? { path, namespace, pluginData: resolveDir }
        : undefined,
    );
    onResolve({ filter: anyReplaced }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === namespace) return undefined;
      const real = await resolve(path, { resolveDir, kind, pluginData: namespace });
      return { path, namespace, pluginData: real.path };
    });
    onLoad({ filter: /.*/, namespace }, ({ path, pluginData }) => ({
      contents: replacements[path] ?? 'export {};',
      resolveDir: dirname(pluginData),
    }));
  },
});
