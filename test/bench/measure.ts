import { execFileSync } from 'node:child_process';

/** How often each side of a comparison is measured, in turns. */
const RUNS = 7;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};

/** Seconds of processor time that work took in this process: what else runs on the machine hardly changes it. */
export const cpuSeconds = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

/** Seconds of processor time that a command of the shell took. */
export const childCpuSeconds = (command: string): number => {
  const output = execFileSync('sh', ['-c', `{ ${command}; } > /dev/null; times`], { encoding: 'utf8' });
  // The second line is about the children: user and system time, each like 1m2.345s.
  const times =
    output
      .trim()
      .split('\n')[1]
      ?.matchAll(/(\d+)m([\d.]+)s/g) ?? [];
  let seconds = 0;
  for (const [, minutes, rest] of times) seconds += Number(minutes) * 60 + Number(rest);
  return seconds;
};

/** Whether a program can be started from here. */
export const installed = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Why a figure is missing: its peer is not on this machine. */
export const notMeasured = (program: string, packages: string): string =>
  `Not measured: ${program} is not installed (Debian: apt-get install ${packages}).`;

/** The medians of two measurements, taken in turns so that both see the same machine. */
export const compare = async (
  ours: () => Promise<number> | number,
  theirs: () => Promise<number> | number,
  runs = RUNS,
): Promise<[number, number]> => {
  const [mine, others]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    mine.push(await ours());
    others.push(await theirs());
  }
  return [median(mine), median(others)];
};

export const seconds = (value: number): string => `${value.toFixed(3)} s`;

export const times = (value: number): string => `${value.toFixed(2)} ×`;
