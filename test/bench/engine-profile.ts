import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageOf } from '../../infra/bundle/build.ts';
import type { Template } from '../../infra/local/cloudformation/template.ts';
import type { Platform } from '../../infra/local/platform.ts';

/** Seconds by what they were spent in: a package, Spillway, a part of Node.js, or the collection of garbage. */
type Spent = Map<string, number>;

/** By line of a readable bundle, what its code comes from: esbuild names the file before each part. */
const origins = new Map<string, readonly string[]>();
const originsOf = (file: string): readonly string[] => {
  const known = origins.get(file);
  if (known !== undefined) return known;
  let origin = 'Spillway';
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines.map((line) => {
    const path = /^\/\/ (\S+\.(?:m?js|ts)|builtin\S*)$/.exec(line)?.[1];
    if (path !== undefined) origin = packageOf(path) ?? 'Spillway';
    return origin;
  });
  origins.set(file, found);
  return found;
};

/** Parts of Node.js by the names of their modules. */
const partsOfNode: readonly (readonly [RegExp, string])[] = [
  [/http/, 'Node.js: HTTP'],
  [/stream|net|dns/, 'Node.js: sockets and streams'],
  [/crypto/, 'Node.js: hashes'],
  [/task_queues|promises|async/, 'Node.js: promises'],
  [/timers/, 'Node.js: timers'],
];

/** A function that waits for its next event, in a blocking read. */
const frozen = 'frozen';

/** What a frame belongs to; undefined for what Node.js does for whoever calls it. */
const ownerOf = ({
  functionName,
  url,
  lineNumber,
}: Profiler.ProfileNode['callFrame']): string | undefined => {
  if (functionName === '(garbage collector)') return 'garbage';
  if (url.startsWith('node:'))
    return partsOfNode.find(([pattern]) => pattern.test(url))?.[1] ?? 'Node.js: the rest';
  if (!url.startsWith('file:')) return undefined;
  const path = fileURLToPath(url);
  if (functionName === 'waitForBytes' && path.endsWith('lambda/runtime.mjs')) return frozen;
  const isBundle = /\/(?:index|chunk-\w+)\.mjs$/.test(path) && !path.includes('node_modules');
  if (isBundle) return originsOf(path)[lineNumber] ?? 'Spillway';
  return packageOf(path) ?? 'Spillway';
};

/** Adds what a profile says, the time in which the process was frozen too; that in which it did nothing is left out. */
const add = (spent: Spent, { nodes, samples = [], timeDeltas = [] }: Profiler.Profile): void => {
  const owners = new Map<number, string>();
  const idle = nodes.find(({ callFrame }) => callFrame.functionName === '(idle)')?.id;
  // Parents come before their children; what Node.js does natively belongs to its caller.
  for (const { id, callFrame, children = [] } of nodes) {
    const caller = owners.get(id);
    const owner = caller === frozen ? frozen : (ownerOf(callFrame) ?? caller ?? 'Node.js: the rest');
    owners.set(id, owner);
    for (const child of children) owners.set(child, owner);
  }
  for (const [i, sample] of samples.entries()) {
    const owner = owners.get(sample) ?? 'Node.js: the rest';
    if (sample === idle) continue;
    spent.set(owner, (spent.get(owner) ?? 0) + (timeDeltas[i] ?? 0) / 1e6);
  }
};

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/**
 * Where the processor time of work goes, in the processes of the functions and in this one, which runs the platform.
 * `start` gets what makes functions profiled.
 */
export const profile = async (
  start: (adapt: (template: Template) => void) => Promise<Platform>,
  work: (platform: Platform) => Promise<void>,
): Promise<string[][]> => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-profiles-'));
  const module = new URL('profiled.mjs', import.meta.url).href;
  const platform = await start(({ Resources }) => {
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const { Environment } = Properties as { readonly Environment: { Variables: Record<string, unknown> } };
      Object.assign(Environment.Variables, { NODE_OPTIONS: `--import=${module}`, PROFILES: folder });
    }
  });
  const session = new Session();
  try {
    await work(platform); // warm
    const instances = readdirSync(folder).map(Number);
    const signal = () => {
      for (const id of instances) process.kill(id, 'SIGUSR2');
    };
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    signal();
    await work(platform);
    signal();
    const own: Spent = new Map();
    add(own, (await session.post('Profiler.stop')).profile);
    await work(platform); // an instance hears of the end with its next event
    const functions: Spent = new Map();
    for (const id of instances) {
      const file = join(folder, `${id}.json`);
      if (existsSync(file)) add(functions, JSON.parse(readFileSync(file, 'utf8')));
    }
    if (!functions.delete(frozen)) throw new Error('No profile says when a function was frozen.');
    const sum = (spent: Spent) => [...spent.values()].reduce((all, each) => all + each, 0);
    const all = sum(own) + sum(functions);
    return [...new Set([...functions.keys(), ...own.keys()])]
      .map((owner) => [owner, functions.get(owner) ?? 0, own.get(owner) ?? 0] as const)
      .toSorted((a, b) => b[1] + b[2] - a[1] - a[2])
      .slice(0, 16)
      .map(([owner, inFunctions, inPlatform]) => [
        owner,
        percent(inFunctions, all),
        percent(inPlatform, all),
        percent(inFunctions + inPlatform, all),
      ]);
  } finally {
    session.disconnect();
    await platform.stop();
    rmSync(folder, { recursive: true });
  }
};
