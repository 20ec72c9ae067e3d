import { afterAll, beforeAll, expect, it } from 'vitest';
import { chaos } from '../../infra/local/chaos/chaos.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { startPlatform } from '../../infra/start/start-platform.ts';
import { client, until } from '../support/api.ts';
import { type Page, rowOf, startChromium } from './chromium.ts';

let page: Page;
let platform: Platform;
beforeAll(async () => {
  page = await startChromium();
  // A fault that harms nobody, so that there is one to show.
  platform = await startPlatform({ plugins: [chaos({ dynamodb: { slow: 1, slowMilliseconds: 0 } })] });
  await page.open(`${platform.url.replace('127.0.0.1', 'localhost')}/_local/`);
});
afterAll(async () => {
  await page?.close();
  await platform?.stop();
});

it('shows how often each fault of chaos has happened', async () => {
  await client(platform.url)('GET', '/items/1');

  const row = await until(async () => rowOf(page, 'faults', 'dynamodb slow'), 'the fault');

  expect(Number(row.Times)).toBeGreaterThan(0);
  expect(page.complaints).toEqual([]);
});
