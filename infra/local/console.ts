import type { Access } from './api-gateway.ts';
import type { LogLine } from './log.ts';

/** Fields of a structured line that say nothing to somebody who watches one machine. */
const unspoken = new Set([
  'level',
  'timestamp',
  'message',
  'requestId',
  'traceId',
  'invocationId',
  'messageId',
  'tenant',
  'readUnits',
  'writeUnits',
  'refusedWrites',
  'error',
]);

/** Members that repeat a line for CloudWatch to count (embedded metric format). */
const isMetric = (name: string): boolean => /^[A-Z_]/.test(name);

const clock = (time: number): string => new Date(time).toTimeString().slice(0, 8);

const objectOf = (line: string): Record<string, unknown> | undefined => {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const stackOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'stack' in error ? `\n    ${error.stack}` : '';

/** A request as one line: `12:03:58 GET /items/1 → 200 in 4 ms`. */
export const accessLine = ({ method, target, status, milliseconds }: Access, time = Date.now()): string =>
  `${clock(time)} ${method} ${target} → ${status} in ${Math.round(milliseconds)} ms`;

/**
 * A function's line as people read it: the message of a structured line and what else it says, anything else as it
 * is. Undefined for the line that a function writes of each request, because the gateway's says the same, and
 * of each run of the sweeper, which comes every minute.
 */
export const functionLine = ({ time, source, line }: LogLine): string | undefined => {
  const start = `${clock(time)} ${source}:`;
  const entry = objectOf(line);
  if (entry === undefined) return `${start} ${line}`;
  const { level, message, error } = entry;
  if ((message === 'request' || message === 'run') && level === 'INFO') return undefined;
  const fields = Object.entries(entry)
    .filter(([name, value]) => !unspoken.has(name) && !isMetric(name) && value !== false)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const words = [start, ...(level === 'INFO' ? [] : [level]), message, ...fields];
  return words.join(' ') + stackOf(error);
};
