import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startPlatform } from '../../infra/start/start-platform.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const fiveMinutes = /## Five minutes\n(.*?)\n## /s.exec(readFileSync(file('README.md'), 'utf8'))?.[1] ?? '';

it('the five minutes of the README happen as they are told', async () => {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const commands = fiveMinutes.split('\n').filter((line) => line.startsWith('$ '));
  const script = commands
    .map((line) => `${line.slice(2)}; echo`)
    .join('\n')
    .replace('npm run -s token', `${process.execPath} ${file('infra/start/token.ts')} --url ${platform.url}`)
    .replaceAll('http://localhost:3000', platform.url);
  // The platform runs in this process, so the shell must not keep it waiting.
  const { stdout: output } = await promisify(execFile)('bash', ['-c', script]);

  // Of every answer what is the same each time: ids, results, and how it ended.
  const told = fiveMinutes.match(
    /HTTP\/1\.1 \d+|location: \S+|"id":[^,]+|"result":\{[^}]*\}|"status":(?:412|"cancelled")/g,
  );
  expect(told?.length).toBeGreaterThan(8);
  for (const part of told ?? []) expect(output).toContain(part);
  expect(output).toMatch(/^200 in \d+\.\d+ s$/m);
});
