import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Template } from '../../infra/local/cloudformation/template.ts';
import type { Platform } from '../../infra/local/platform.ts';
import type { PlatformOptions } from '../../infra/local/run-stack.ts';
import { client, until } from '../support/api.ts';
import { ownerOf } from '../support/owner.ts';
import { startSuite } from '../support/suite.ts';

/** What one tenant does in a day, good and bad, so that every function does all that it ever does. */
const scenario = async (platform: Platform): Promise<void> => {
  const api = client(platform.url, { tenant: 'scenario' });
  const owner = ownerOf(platform);
  const compute = (type: string, input: unknown, headers: Record<string, string> = {}) =>
    api('POST', '/computations', { body: { type, input }, headers });
  const ended = (id: string) =>
    until(async () => {
      const { body } = await api('GET', `/computations/${id}`, { headers: { prefer: 'wait=20' } });
      return !['queued', 'running'].includes(body.status) && body;
    }, 'the end of a computation');

  await api('GET', '/health');
  const item = { name: 'Lamp', description: 'Bright' };
  await api('POST', '/items', { body: { id: 1, ...item } });
  await api('PUT', '/items/1', { body: item });
  await api('PATCH', '/items/1', { body: { name: 'Torch' } });
  await api('GET', '/items/1');
  await api('GET', '/items?limit=1');
  await ended((await compute('read-items', {})).body.id);
  await api('DELETE', '/items/1');

  const quick = await compute('sum-parts', { parts: 10 }, { prefer: 'wait=20' });
  await api('GET', '/computations?limit=10');
  await api('DELETE', `/computations/${quick.body.id}`);

  // Loses its queue, is found by the sweeper, dies by a letter, is tried again, and is given up.
  const { body: long } = await compute('sum-parts', { parts: 200, milliseconds: 1_000 });
  const message = await owner.receive('QueuesWork');
  await owner.purge('QueuesWork');
  await platform.invoke('sweeper', { all: true });
  await owner.send('QueuesDeadLetters', message);
  expect(await ended(long.id)).toMatchObject({ status: 'failed' });
  await api('POST', `/computations/${long.id}/retry`);
  await api('POST', `/computations/${long.id}/cancel`);

  await owner.send('QueuesWork', JSON.stringify({ format: 99 })); // of a version that is not deployed yet
  await until(
    async () => platform.permissions.some(({ action, needed }) => needed && action === putBack),
    'a message that is put back',
  );
};
const putBack = 'sqs:ChangeMessageVisibility';

describe('every permission of every function', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startSuite();
    await scenario(platform);
  });
  afterAll(() => platform.stop());

  it('is needed: without it a call of the scenario would have been refused', () => {
    // A function that the scenario knows nothing of, because a team has added it, does nothing in it.
    const invoked = new Set(
      platform.functions.filter(({ counts }) => counts.invocations > 0).map(({ label }) => label),
    );
    const permissions = platform.permissions.filter((each) => invoked.has(each.function));
    const idle = permissions.filter(({ needed }) => !needed);
    expect(idle.map((each) => `${each.function} ${each.action} ${each.resource}`)).toEqual([]);
    expect(permissions.length).toBeGreaterThan(40);
  });

  it('is for one resource of this stack', () => {
    const own = new RegExp(`^arn:aws:(?:dynamodb|sqs|logs):us-east-1:000000000000:.*${platform.stackName}-`);
    for (const { resource } of platform.permissions) expect(resource).toMatch(own);
  });
});

interface Statement {
  Action: string | string[];
}

/** Takes an action from the statements of a function's role. */
const without =
  (functionName: string, action: string) =>
  (template: Template): void => {
    const [, role] =
      Object.entries(template.Resources).find(
        ([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith(`Functions${functionName}Role`),
      ) ?? [];
    const policies = role?.Properties?.Policies as { PolicyDocument: { Statement: Statement[] } }[];
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    let taken = 0;
    for (const statement of statements) {
      const actions = [statement.Action].flat();
      statement.Action = actions.filter((each) => each !== action);
      taken += actions.length - statement.Action.length;
    }
    expect(taken).toBe(1);
  };

const start = async (options: PlatformOptions) => {
  const platform = await startSuite(options);
  onTestFinished(() => platform.stop());
  return { platform, api: client(platform.url) };
};

describe('a function that lacks a permission', () => {
  it('fails where it needs it and nowhere else, and tells the client nothing', async () => {
    const { platform, api } = await start({
      adapt: (template) => {
        without('items', 'dynamodb:Query')(template);
        without('computationreads', 'dynamodb:GetItem')(template);
        without('computationreads', 'dynamodb:BatchGetItem')(template);
        without('service', 'logs:PutLogEvents')(template);
      },
    });
    expect((await api('PUT', '/items/1', { body: { name: 'a', description: '' } })).status).toBe(201);
    expect((await api('GET', '/items/1')).status).toBe(200);
    const list = await api('GET', '/items');
    expect(list.status).toBe(503);
    expect(JSON.stringify(list.body)).not.toMatch(/arn|dynamodb|authorized|Spillway-/);

    const { body } = await api('POST', '/computations', {
      body: { type: 'sum-parts', input: { parts: 1 } },
    });
    expect((await api('GET', `/computations/${body.id}`)).status).toBe(503);

    expect((await api('GET', '/health')).status).toBe(200);
    const sources = new Set(platform.logs.map(({ source }) => source));
    expect(sources).toContain('items');
    expect(sources).not.toContain('service'); // what it may not log, nobody sees
  });
});
