import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { Platform } from '../../infra/local/platform.ts';
import type { Panel } from '../../infra/local/plugin.ts';
import { lambda, run, temporaryFolder } from './stacks.ts';

/** A panel that shows how many functions there are, and one of a project that has nothing to show. */
const startWithPanels = async (): Promise<Platform> => {
  const folder = temporaryFolder();
  const file = (name: string) => {
    writeFileSync(join(folder, name), `/* ${name} */`);
    return pathToFileURL(join(folder, name));
  };
  const panels: Panel[] = [
    {
      name: 'sizes',
      script: file('panel.js'),
      style: file('panel.css'),
      dataOf: (platform) => () => ({ functions: platform.functions.length }),
    },
    { name: 'nothing', script: file('nothing.js'), dataOf: () => undefined },
  ];
  return run(
    { Echo: lambda('export const handler = async (event) => event;') },
    { plugins: panels.map((panel) => ({ panel })) },
  );
};

test('a panel of a plugin has its script, its style and its data', async () => {
  const { url } = await startWithPanels();
  const text = async (path: string) => (await fetch(`${url}/_local/${path}`)).text();

  const page = await text('');

  expect(page).toContain('<title>Test on this machine</title>');
  expect(page).toContain('<link rel="stylesheet" href="/_local/panels/sizes.css">');
  expect(page).toContain('<script type="module" src="/_local/panels/sizes.js"></script>');
  expect(await text('panels/sizes.js')).toBe('/* panel.js */');
  expect(await text('panels/sizes.css')).toBe('/* panel.css */');
  expect(JSON.parse(await text('state')).panels).toEqual({ sizes: { functions: 1 } });
});

test.each(['constructor', 'toString', '__proto__', 'panels/constructor', 'panels/other.js', 'page.ts'])(
  'the page has nothing at %s',
  async (path) => {
    const { url } = await startWithPanels();

    expect((await fetch(`${url}/_local/${path}`)).status).toBe(404);
  },
);
