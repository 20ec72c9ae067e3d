import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const main = new URL('main.ts', import.meta.url).pathname;
const simulate = (...args: string[]) => promisify(execFile)(process.execPath, [main, ...args]);

describe('npm run simulate', () => {
  it('says how many histories it ran, how fast, and which faults it injected', async () => {
    const { stdout } = await simulate('--seeds', '20', '--from', '100');
    expect(stdout).toMatch(/^crash before a call +[\d,]+ +\d+$/m);
    expect(stdout).toMatch(/^20 histories \(.*\) of \d+ computations and \d+ events: every invariant held$/m);
    expect(stdout).toMatch(/^\d+ seeds per second$/m);
  });

  it('replays one history with its trace, byte for byte', async () => {
    const [first, second] = await Promise.all([simulate('--seed', '75'), simulate('--seed', '75')]);
    expect(second.stdout).toBe(first.stdout);
    expect(first.stdout).toMatch(/seed 75: every invariant held\n$/);
    expect(first.stdout.split('\n').length).toBeGreaterThan(50);
  });
});

describe('the simulation', () => {
  it('catches every deliberate mistake in the engine', { timeout: 600_000 }, async () => {
    const { stdout } = await simulate('--mutants');
    expect(stdout).toMatch(/^(\d+) of \1 mutants caught within \d+ seeds$/m);
  });
});
