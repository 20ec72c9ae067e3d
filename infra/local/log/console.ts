import { type Access, accessText } from './access.ts';
import type { LogLine } from './log.ts';

/** What the command line prints: of each request and each line of a function, for people and for programs. */

const clock = (time: number): string => new Date(time).toTimeString().slice(0, 8);

/** A request as one line: `12:03:58 GET /items/1 → 200 in 4 ms`. */
export const accessLine = (access: Access, time = Date.now()): string =>
  `${clock(time)} ${accessText(access)}`;

/** A function's line as people read it; undefined for one that they need not read. */
export const functionLine = ({ time, source, shown }: LogLine): string | undefined => {
  if (shown === undefined) return undefined;
  const level = shown.level === 'INFO' ? [] : [shown.level];
  return [`${clock(time)} ${source}:`, ...level, shown.text].join(' ');
};

/** A line for programs: level, time, message, and what else there is to say. */
export const jsonLine = (message: string, fields: object = {}, time = Date.now()): string =>
  JSON.stringify({ level: 'INFO', timestamp: new Date(time).toISOString(), message, ...fields });

/** A request for programs. */
export const accessJson = ({ method, target, status, milliseconds }: Access, time = Date.now()): string =>
  jsonLine('access', { method, target, status, durationMs: Math.round(milliseconds) }, time);

/** A function's line for programs: a structured one as it is, any other as a message; both with whose it is. */
export const functionJson = ({ time, source, line }: Omit<LogLine, 'shown'>): string => {
  const entry = objectOf(line);
  return entry === undefined
    ? jsonLine(line, { function: source }, time)
    : JSON.stringify({ ...entry, function: source });
};

const objectOf = (line: string): Record<string, unknown> | undefined => {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
