import type { Access } from '../http/gateway.ts';
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

/** How the lines begin that nobody needs to read: as JSON they would be a twentieth of the platform's work. */
const unread = /^\{"level":"INFO",("timestamp":"[^"]*",)?"message":"(request|run)"/;

/** A request without its time: `GET /items/1 → 200 in 4 ms`. */
export const accessText = ({ method, target, status, milliseconds }: Access): string =>
  `${method} ${target} → ${status} in ${Math.round(milliseconds)} ms`;

/** A request as one line: `12:03:58 GET /items/1 → 200 in 4 ms`. */
export const accessLine = (access: Access, time = Date.now()): string =>
  `${clock(time)} ${accessText(access)}`;

/**
 * A function's line without its time and source: the message of a structured line and what else it says, anything
 * else as it is. Undefined for the line that a function writes of each request, because the gateway's says the same, and
 * of each run of the sweeper, which comes every minute.
 */
export const functionText = (line: string): { readonly level: string; readonly text: string } | undefined => {
  if (unread.test(line)) return undefined;
  const entry = objectOf(line);
  if (entry === undefined) {
    const failure = /^ERROR (.*)$/s.exec(line)?.[1]; // as the platform itself says that an invocation failed
    return failure === undefined ? { level: 'INFO', text: line } : { level: 'ERROR', text: failure };
  }
  const { level = 'INFO', message = '', error } = entry;
  const fields = Object.entries(entry)
    .filter(([name, value]) => !unspoken.has(name) && !isMetric(name) && value !== false)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return { level: String(level), text: [message, ...fields].join(' ') + stackOf(error) };
};

/** A function's line as people read it; undefined for one that says what the gateway has said. */
export const functionLine = ({ time, source, read }: LogLine): string | undefined => {
  if (read === undefined) return undefined;
  const level = read.level === 'INFO' ? [] : [read.level];
  return [`${clock(time)} ${source}:`, ...level, read.text].join(' ');
};

/** A line for programs, in the form of the functions' own: level, time, message, and what else there is to say. */
export const jsonLine = (message: string, fields: object = {}, time = Date.now()): string =>
  JSON.stringify({ level: 'INFO', timestamp: new Date(time).toISOString(), message, ...fields });

/** A request for programs. */
export const accessJson = ({ method, target, status, milliseconds }: Access, time = Date.now()): string =>
  jsonLine('access', { method, target, status, durationMs: Math.round(milliseconds) }, time);

/** A function's line for programs: a structured one as it is, any other as a message; both with whose it is. */
export const functionJson = ({ time, source, line }: Omit<LogLine, 'read'>): string => {
  const entry = objectOf(line);
  return entry === undefined
    ? jsonLine(line, { function: source }, time)
    : JSON.stringify({ ...entry, function: source });
};
