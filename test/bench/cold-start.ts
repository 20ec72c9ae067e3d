import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { manifest } from '../../functions/manifest.ts';
import { build } from '../../infra/bundle/build.ts';
import { environment } from './environment.ts';
import type { Figure } from './figure.ts';
import { median, times } from './measure.ts';

const RUNS = 21;

/** Milliseconds, on the clock and of the processor, until the handler of a module is ready in a fresh process. */
const coldStart = (file: string): [elapsed: number, processor: number] => {
  const code = `const [before, begin] = [process.cpuUsage(), performance.now()];
    const { handler } = await import(${JSON.stringify(pathToFileURL(file))});
    const [{ user, system }, end] = [process.cpuUsage(before), performance.now()];
    if (handler === undefined) throw new Error('There is no handler.');
    process.stdout.write(JSON.stringify([end - begin, (user + system) / 1000]));
    process.exit();`;
  const options = { env: environment, encoding: 'utf8' } as const;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', code], options));
};

/** What CDK's NodejsFunction makes, with `minify` and `bundleAwsSDK`, of a handler with only a document client. */
const baseline = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'index.js');
  await esbuild({
    stdin: {
      contents: `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
        import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
        const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
        export const handler = (event) => client.send(new GetCommand(event));`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    ...{ bundle: true, minify: true, platform: 'node', target: 'node24', outfile },
  });
  return outfile;
};

export const coldStarts: Figure = {
  name: 'cold-start',
  title: 'Cold start',
  about: `Milliseconds until the handler of a function's asset is ready in a fresh process of Node.js. The baseline is a handler with nothing but the DynamoDB document client, as CDK's NodejsFunction bundles it. Medians of ${RUNS} runs in turns, by the clock and in processor time, which other programs hardly change. Target: at most 0.50 times the baseline.`,
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
    try {
      const assets = await build(join(folder, 'assets'));
      const names = Object.keys(manifest.functions);
      const files = [await baseline(folder), ...names.map((name) => join(assets[name] ?? '', 'index.mjs'))];
      const runs = files.map((): [number, number][] => []);
      for (let run = 0; run < RUNS; run += 1) {
        for (const [i, file] of files.entries()) runs[i]?.push(coldStart(file));
      }
      const medians = runs.map((times) => [0, 1].map((side) => median(times.map((pair) => pair[side] ?? 0))));
      const [base = []] = medians;
      const columns = ['function', 'clock', 'ratio', 'processor', 'ratio'];
      const rows = ['(baseline)', ...names].map((name, i) => [
        name,
        ...[0, 1].flatMap((side) => {
          const time = medians[i]?.[side] ?? Number.NaN;
          return [`${time.toFixed(1)} ms`, times(time / (base[side] ?? Number.NaN))];
        }),
      ]);
      return { columns, rows };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
