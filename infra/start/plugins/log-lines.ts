import type { LineText } from '../../local/log/log.ts';
import { plainLine } from '../../local/log/log.ts';
import type { Plugin } from '../../local/plugin.ts';

/** Fields of a structured line that say nothing to somebody who watches one machine. */
const hiddenFields = new Set([
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

/**
 * How the lines begin that nobody needs to read: a function writes one of each request, where the gateway's says the
 * same, and one of each run of a schedule. To parse them would be a twentieth of the platform's work.
 */
const hiddenLine = /^\{"level":"INFO",("timestamp":"[^"]*",)?"message":"(request|run)"/;

/**
 * What people read of a line of the functions' log: the message and what else it says, without its time and source.
 * Undefined for a line that nobody needs to read.
 */
export const describeLine = (line: string): LineText | undefined => {
  if (hiddenLine.test(line)) return undefined;
  const entry = objectOf(line);
  if (entry === undefined) return plainLine(line);
  const { level = 'INFO', message = '', error } = entry;
  const fields = Object.entries(entry)
    .filter(([name, value]) => !hiddenFields.has(name) && !isMetric(name) && value !== false)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return { level: String(level), text: [message, ...fields].join(' ') + stackOf(error) };
};

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

/** Shows the lines that `functions/lib/observability/log.ts` writes as people read them. */
export const logLines: Plugin = { describeLine };
