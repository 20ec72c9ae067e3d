import { readdirSync, readFileSync } from 'node:fs';

/** The memory of a process, in bytes. */
export interface Memory {
  /** Now. */
  readonly resident: number;
  /** The most that it ever had. */
  readonly peak: number;
}

const kilobytes = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1_024;

const statusOf = (pid: number | string): string => readFileSync(`/proc/${pid}/status`, 'latin1');

/** What Linux says of a process. */
export const memoryOf = (pid: number): Memory => {
  const status = statusOf(pid);
  return { resident: kilobytes(status, 'VmRSS'), peak: kilobytes(status, 'VmHWM') };
};

/** The instances of functions that a process has started, each with the name of its function. */
export const instancesOf = (parent: number): (Memory & { readonly name: string })[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = statusOf(pid);
        if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== parent) return [];
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        const name = environment.find((each) => each.startsWith('AWS_LAMBDA_FUNCTION_NAME='))?.split('=')[1];
        if (name === undefined) return [];
        return [{ name, resident: kilobytes(status, 'VmRSS'), peak: kilobytes(status, 'VmHWM') }];
      } catch {
        return []; // gone
      }
    });
