import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoComputationStore } from '../../functions/lib/aws/computation-store.ts';
import type { Computation } from '../../functions/lib/engine/computation.ts';
import { rootOf } from '../../functions/lib/engine/tree.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { ownerClient } from '../../infra/local/storage/tables.ts';
import { propertiesOf } from '../support/adapt.ts';
import { client, until } from '../support/api.ts';
import { startSuite } from '../support/suite.ts';
import { type Page, rowOf, startChromium } from './chromium.ts';

let page: Page;
let platform: Platform;
let store: ReturnType<typeof dynamoComputationStore>;

const start = async (port = 0): Promise<void> => {
  platform = await startSuite({
    port,
    // Nobody takes what is in the work queue, so that nothing happens but what a test does.
    adapt: (template) => {
      propertiesOf(template, 'AWS::Lambda::EventSourceMapping', 'TriggersWork').Enabled = false;
    },
  });
  store = dynamoComputationStore(
    ownerClient(platform.endpoint('dynamodb'), platform.region),
    platform.output('ComputationsTable'),
  );
};

beforeAll(async () => {
  page = await startChromium();
  await start();
  await page.open(`${platform.url.replace('127.0.0.1', 'localhost')}/_local/`);
});
afterAll(async () => {
  await page?.close();
  await platform?.stop();
});

/** Waits until the page shows it. */
const shows = (expression: string, what: string): Promise<true> =>
  until(async () => (await page.evaluate<unknown>(expression)) === true, what);

const textOf = (selector: string): Promise<string> =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`);

const row = (table: string, name: string) => rowOf(page, table, name);

/** The computation that is active. */
const onlyActive = async (): Promise<Computation> => {
  for await (const key of store.listDue(Number.MAX_SAFE_INTEGER)) {
    const found = await store.read(key);
    if (found !== undefined) return found;
  }
  throw new Error('There is none.');
};

const now = (): number => Math.ceil(Date.now() / 1_000);
const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>';

describe('in a browser', () => {
  it('a platform that has just started has something to say for everything', async () => {
    await shows(`document.getElementById('status').innerText.startsWith('Running since')`, 'the platform');

    expect(await textOf('main')).toContain('Nothing is running.');
    expect(await row('functions', 'items')).toEqual({
      Function: 'items',
      Running: '0',
      Invocations: '0',
      Errors: '0',
      Throttles: '0',
      Instances: '0',
      'Last took': '–',
    });
    expect(await row('queues', 'work-queue')).toMatchObject({ Waiting: '0', Oldest: '–' });
    expect(await row('tables', 'items')).toEqual({ Table: 'items', Records: '0', Size: '0 B' });
  });

  it('what happens shows without a reload', async () => {
    const api = client(platform.url, { tenant: 'seen' });
    for (const id of [1, 2]) await api('POST', '/items', { body: { id, name: 'Lamp', description: '' } });
    await expect(platform.invoke('dead-letters', { Records: 1 })).rejects.toThrow();
    await api('POST', '/computations', { body: { type: 'sum-parts', input: { parts: 100 } } });

    await until(async () => (await row('queues', 'work-queue'))?.Waiting === '1', 'the message');
    expect(await textOf('#computations li')).toMatch(/^sum-parts\s+queued\s+[\d.]+ m?s\s+0 of 100 · 0 %/);
    expect(await textOf('#active')).toBe('1 active');
    expect(await row('functions', 'items')).toMatchObject({ Invocations: '2', Errors: '0', Instances: '1' });
    expect(await row('functions', 'dead-letters')).toMatchObject({ Invocations: '1', Errors: '1' });
    expect(await row('queues', 'work-queue')).toMatchObject({ 'In flight': '0', Delayed: '0' });
    expect((await row('queues', 'work-queue'))?.Oldest).toMatch(/^[\d.]+ m?s$/);
    expect(await row('tables', 'items')).toMatchObject({ Records: '2' });
    expect(await textOf('#log')).toMatch(/api\s+POST \/items → 201 in \d+ ms/);
    expect(await textOf('#log [data-level=ERROR]')).toContain('dead-letters');
  });

  it('progress moves in place', async () => {
    await page.evaluate(`document.querySelector('#computations li').mark = 'the same'; true`);
    const record = await onlyActive();
    await store.start(record, 1, Date.now());
    await store.fillSlot(record, rootOf(record.total), 3, new Uint8Array([1]), now() + 600);

    await shows(`document.querySelector('#computations progress').value === 10`, 'the progress');
    expect(await textOf('#computations li')).toMatch(/^sum-parts\s+running\s+[\d.]+ m?s\s+10 of 100 · 10 %/);
    expect(await page.evaluate(`document.querySelector('#computations li').mark`)).toBe('the same');
  });

  it('whatever somebody sends is shown as text', async () => {
    const { port } = new URL(platform.url);
    // As no client library would send it.
    await new Promise((resolve) => {
      request({ port, path: `/${hostile.replaceAll(' ', '/')}` }, (response) => {
        response.resume().on('end', resolve);
      }).end();
    });
    const at = Date.now();
    const created = await store.create(
      {
        tenant: hostile,
        id: 'hostile',
        epoch: 'e',
        type: hostile,
        version: 1,
        input: { note: hostile },
        kind: 'parallel',
        createdAt: at,
      },
      { deadline: at + 600_000, visit: { at: at + 600_000, intervalMs: 1, lastDone: 0 } },
      20,
    );
    if (!('applied' in created)) throw new Error('It is new.');
    await shows(`document.querySelectorAll('#computations li').length === 2`, 'the computation');
    await store.fail(
      created.applied,
      1,
      { type: 't', title: hostile, detail: hostile },
      { finishedAt: at, expiresAt: now() + 600 },
    );

    await shows(`document.querySelector('#computations [data-status=failed]') !== null`, 'the failure');
    const shown = await textOf('#computations [data-status=failed]');
    expect(shown.split(hostile).length - 1).toBe(4); // type, input, title, detail
    expect(shown).toContain(JSON.stringify({ note: hostile }));
    expect(await textOf('#log')).toContain(`/${hostile.replaceAll(' ', '/')} → 401`);
    expect(await page.evaluate(`document.querySelectorAll('main img, main script').length`)).toBe(0);
  });

  it('the filter leaves the lines that contain it', async () => {
    const filter = async (text: string) => {
      await page.evaluate(`(() => {
        const input = document.getElementById('filter');
        input.focus();
        input.select();
      })()`);
      if (text === '') await page.evaluate(`document.execCommand('delete')`);
      else await page.send('Input.insertText', { text });
    };
    await filter('dead-LETTERS');
    expect(
      await page.evaluate(
        `[...document.querySelectorAll('#log .source')].every((each) => each.innerText === 'dead-letters')`,
      ),
    ).toBe(true);
    await filter('nothing says this');
    expect(await textOf('main')).toContain('No line contains that.');
    await filter('');
    await shows(`document.querySelectorAll('#log li').length > 3`, 'all lines');
  });

  describe.each(['light', 'dark'])('in %s colours', (scheme) => {
    it.each([1280, 390, 320])(
      '%i pixels wide it needs no scrolling sideways, and has contrast',
      async (width) => {
        await page.send('Emulation.setDeviceMetricsOverride', {
          width,
          height: 900,
          deviceScaleFactor: 1,
          mobile: width < 600,
        });
        await page.send('Emulation.setEmulatedMedia', {
          features: [{ name: 'prefers-color-scheme', value: scheme }],
        });

        expect(await page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`)).toBe(
          scheme === 'dark',
        );
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(await page.evaluate<string[]>(weakContrasts)).toEqual([]);
      },
    );
  });

  it('has headings, and a name for everything that has a value', async () => {
    expect(
      await page.evaluate(`({
        language: document.documentElement.lang,
        headings: document.querySelectorAll('h1').length,
        tables: [...document.querySelectorAll('th')].every(({ scope }) => scope !== ''),
        lists: [...document.querySelectorAll('main ul, main ol')].every((each) => each.hasAttribute('aria-labelledby')),
        values: [...document.querySelectorAll('progress, input')].every((each) => each.hasAttribute('aria-label')),
      })`),
    ).toEqual({ language: 'en', headings: 1, tables: true, lists: true, values: true });
  });

  it('nothing was asked of anybody else, and nothing went wrong', () => {
    const own = `${platform.url.replace('127.0.0.1', 'localhost')}/_local/`;
    expect(page.requested.length).toBeGreaterThan(5);
    expect(page.requested.filter((url) => !url.startsWith(own))).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  it('it says when the platform is gone, and goes on when it is there again', async () => {
    const { port } = new URL(platform.url);
    await platform.stop();
    await shows(`document.getElementById('status').dataset.state === 'gone'`, 'the end');
    expect(await textOf('#status')).toMatch(
      /^The platform does not answer since \d\d:\d\d:\d\d\. Waiting for it …$/,
    );

    await start(Number(port));
    await shows(`document.getElementById('status').dataset.state === 'there'`, 'the platform');
    expect(await row('functions', 'dead-letters')).toMatchObject({ Invocations: '0', Errors: '0' });
    expect(await textOf('main')).toContain('Nothing is running.');
  });
});

/** The texts whose contrast with what is behind them is below 4.5 to 1 (WCAG 2.2, success criterion 1.4.3). */
const weakContrasts = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = rgba(colour).map((each) => {
      const c = each / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const { backgroundColor } = getComputedStyle(each);
      if (rgba(backgroundColor)[3] === 255) return backgroundColor;
    }
    return 'white';
  };
  const texts = [...document.querySelectorAll('body *')].filter((node) =>
    [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== ''),
  );
  return texts
    .filter((node) => node.checkVisibility())
    .map((node) => {
      const [one, other] = [getComputedStyle(node).color, behind(node)].map(luminance).sort((a, b) => b - a);
      return { text: node.innerText, ratio: (one + 0.05) / (other + 0.05) };
    })
    .filter(({ ratio }) => ratio < 4.5)
    .map(({ text, ratio }) => text.slice(0, 40) + ': ' + ratio.toFixed(2));
})()`;
