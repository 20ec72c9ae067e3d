import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';

/** A page of a headless browser, driven by the DevTools protocol. */
export interface Page {
  open(url: string): Promise<void>;
  /** The value of an expression in the page, as JSON carries it. */
  evaluate<T>(expression: string): Promise<T>;
  /** Sends a command of the protocol, such as `Emulation.setEmulatedMedia`. */
  send(method: string, parameters?: object): Promise<Record<string, unknown>>;
  /** A picture of the whole page as PNG. */
  screenshot(): Promise<Buffer>;
  /** What was written to the console as a warning or an error, what was thrown, and what the policy refused. */
  readonly complaints: readonly string[];
  /** The URL of everything that was asked for. */
  readonly requested: readonly string[];
  close(): Promise<void>;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser on PATH; throws one sentence when there is none. */
const findChromium = (path: string): string => {
  const found = names
    .flatMap((name) => path.split(delimiter).map((folder) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (found === undefined)
    throw new Error(`There is no Chromium on the PATH: install it (on Debian: apt-get install chromium).`);
  return found;
};

interface Message {
  readonly id?: number;
  readonly method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the protocol has hundreds of forms, and a test knows which it asked for
  readonly params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly result?: any;
  readonly error?: { readonly message: string };
}

/** Starts Chromium with an empty page and a profile of its own, which `close` removes. */
// biome-ignore lint/style/noProcessEnv: where programs are
export const startChromium = async (path = process.env.PATH ?? ''): Promise<Page> => {
  const command = findChromium(path);
  const profile = mkdtempSync(join(tmpdir(), 'spillway-chromium-'));
  const browser = spawn(
    command,
    [
      '--headless',
      '--no-sandbox', // which root cannot have, and the page is our own
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    // biome-ignore lint/style/noProcessEnv: a browser needs its home, and nothing of it may stay elsewhere
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: { ...process.env, TMPDIR: profile } },
  );
  const exited = once(browser, 'exit');
  const endpoint = await addressOf(browser.stderr);
  const { port } = new URL(endpoint);
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ type }) => type === 'page');
  if (target === undefined) throw new Error('Chromium has no page.');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error('Chromium does not answer.')), { once: true });
  });

  let number = 0;
  const answers = new Map<number, (message: Message) => void>();
  const loads: (() => void)[] = [];
  const complaints: string[] = [];
  const requested: string[] = [];
  const observe = ({ method, params }: Message): void => {
    switch (method) {
      case 'Page.loadEventFired':
        for (const loaded of loads.splice(0)) loaded();
        return;
      case 'Network.requestWillBeSent':
        requested.push(params.request.url);
        return;
      case 'Runtime.exceptionThrown':
        complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
        return;
      case 'Log.entryAdded':
        if (params.entry.level !== 'info') complaints.push(`${params.entry.text} ${params.entry.url ?? ''}`);
        return;
      case 'Runtime.consoleAPICalled':
        if (['error', 'warning', 'assert'].includes(params.type))
          complaints.push(params.args.map((each: { value?: unknown }) => each.value).join(' '));
        return;
      case 'Page.javascriptDialogOpening':
        complaints.push(`a dialog opened: ${params.message}`);
    }
  };
  socket.addEventListener('message', ({ data }) => {
    const message: Message = JSON.parse(String(data));
    if (message.id === undefined) return observe(message);
    answers.get(message.id)?.(message);
    answers.delete(message.id);
  });
  const send = async (method: string, params: object = {}) => {
    number += 1;
    const id = number;
    const { promise, resolve } = Promise.withResolvers<Message>();
    answers.set(id, resolve);
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await promise;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await send(`${domain}.enable`);

  return {
    complaints,
    requested,
    send,
    open: async (url) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      loads.push(resolve);
      await send('Page.navigate', { url });
      await promise;
    },
    evaluate: async (expression) => {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined)
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    screenshot: async () => {
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: true });
      return Buffer.from(data, 'base64');
    },
    close: async () => {
      socket.close();
      try {
        if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL'); // with the processes that it started
      } catch {
        // It has ended by itself.
      }
      await exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** Where the browser listens, which it says when it does. */
const addressOf = async (stderr: Readable): Promise<string> => {
  let said = '';
  for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    const address = /DevTools listening on (\S+)/.exec(said)?.[1];
    if (address !== undefined) {
      stderr.resume();
      return address;
    }
  }
  throw new Error(`Chromium did not start: ${said}`);
};

/** A row of a table as a person reads it: what stands under each heading. */
export const rowOf = (page: Page, table: string, name: string): Promise<Record<string, string> | undefined> =>
  page.evaluate(`(() => {
    const body = document.getElementById(${JSON.stringify(table)});
    const heads = [...body.closest('table').querySelectorAll('thead th')].map((head) => head.innerText);
    const row = [...body.rows].find(({ cells: [first] }) => first.innerText === ${JSON.stringify(name)});
    return row && Object.fromEntries(heads.map((head, index) => [head, row.cells[index].innerText]));
  })()`);
