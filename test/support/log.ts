import { vi } from 'vitest';

/** Takes the log lines of functions in this process out of the test's output, and gives them. */
export const captureLog = () => {
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  const lines: any[] = [];
  const write = process.stdout.write.bind(process.stdout);
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
    const text = String(chunk);
    if (!text.startsWith('{"level"')) return write(chunk, ...(rest as []));
    lines.push(JSON.parse(text));
    return true;
  });
  return { lines, restore: () => spy.mockRestore() };
};
