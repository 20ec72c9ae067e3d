import { logFields } from './context.ts';

/**
 * One JSON object a line, as CloudWatch Logs Insights reads them. Written here because the usual logger takes
 * longer to import (10 ms) than the rest of a small function.
 */
const write = (level: 'INFO' | 'WARN' | 'ERROR', message: string, fields: object): void => {
  process.stdout.write(
    `${JSON.stringify({ level, timestamp: new Date().toISOString(), message, ...logFields(), ...fields })}\n`,
  );
};

export const log = {
  info: (message: string, fields: object = {}): void => write('INFO', message, fields),
  warn: (message: string, fields: object = {}): void => write('WARN', message, fields),
  error: (message: string, fields: object = {}): void => write('ERROR', message, fields),
} as const;

/** What a log line says of an error. It is for operators and never goes to a client. */
export const errorFields = (error: unknown): object => {
  if (!(error instanceof Error)) return { error: { message: String(error) } };
  const { name, message, stack, cause } = error;
  return { error: { name, message, stack, ...(cause === undefined ? {} : { cause: String(cause) }) } };
};
