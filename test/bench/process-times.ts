import { readdirSync, readFileSync } from 'node:fs';

/** A process, as `/proc` tells of it. */
interface Process {
  readonly id: number;
  readonly parent: number;
  readonly command: string;
  /** Of the processor, so far. */
  readonly seconds: number;
}

/** What one tick of Linux's clock is to a program, everywhere. */
const TICKS_PER_SECOND = 100;

const read = (id: number): Process | undefined => {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // After the name, which is in brackets and may hold anything: state, parent, … and from the 12th on the times.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      id,
      parent: Number(fields[1]),
      command: readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return undefined; // it has ended
  }
};

const processes = (): Process[] => {
  try {
    const ids = readdirSync('/proc').map(Number).filter(Number.isInteger);
    return ids.map(read).filter((each) => each !== undefined);
  } catch {
    return []; // no Linux
  }
};

/** Seconds of processor time of each part of a platform that runs in this process, SQS among it. */
export interface PartTimes {
  readonly platform: number;
  readonly dynamodb: number;
  readonly functions: number;
}

const partOf = ({ id, command }: Process): keyof PartTimes | undefined => {
  if (id === process.pid) return 'platform';
  if (command.includes('dynoxide serve')) return 'dynamodb';
  return command.includes('lambda/runtime.mjs') ? 'functions' : undefined;
};

/** So far, by part; undefined where nobody tells, as everywhere but on Linux. */
export const partTimes = (): PartTimes | undefined => {
  const all = processes();
  if (all.length === 0) return undefined;
  const family = new Set([process.pid]);
  // A child has a higher number than its parent, unless the numbers began again: then a second look finds it.
  for (let look = 0; look < 2; look += 1) {
    for (const { id, parent } of all) if (family.has(parent)) family.add(id);
  }
  const times = { platform: 0, dynamodb: 0, functions: 0 };
  for (const each of all) {
    const part = family.has(each.id) ? partOf(each) : undefined;
    if (part !== undefined) times[part] += each.seconds;
  }
  return times;
};
