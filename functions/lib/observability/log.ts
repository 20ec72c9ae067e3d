import { logFields } from './context.ts';

/**
 * Writes one JSON object a line, the form that CloudWatch Logs Insights reads. Not `@aws-lambda-powertools/logger`,
 * because its import takes longer (10 ms) than the rest of a small function's start.
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

/** An error as members of a log line. They are for operators; a client must never see them. */
export const errorFields = (error: unknown): object => {
  if (!(error instanceof Error)) return { error: { message: String(error) } };
  const { name, message, stack, cause } = error;
  return { error: { name, message, stack, ...(cause === undefined ? {} : { cause: String(cause) }) } };
};
