import { expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { lambdaFunction } from '../../infra/local/resources/lambda-function.ts';
import { resourceTypes } from '../../infra/local/resources/registry.ts';
import { resourceType } from '../../infra/local/resources/resource-type.ts';
import type { Service, ServiceType } from '../../infra/local/service.ts';
import { lambda, start } from './stacks.ts';

/** A service that only has an endpoint, and remembers whether it runs. */
const bells: ServiceType<Service & { readonly rung: string[] }> & { running: number } = {
  name: 'bells',
  running: 0,
  start: async () => {
    bells.running += 1;
    return {
      endpoint: 'http://127.0.0.1:9',
      rung: [],
      stop: async () => {
        bells.running -= 1;
      },
    };
  },
};

/** A type that AWS does not have: a bell that rings when the stack starts, and invokes a function. */
const bell = resourceType({
  type: 'Test::Tower::Bell',
  service: bells,
  properties: z.strictObject({ BellName: z.optional(z.string()), Ringer: z.string() }),
  ignored: { Pitch: 'nobody hears it here' },
  ids: ({ name, arn }) => ({ Ref: name('BellName'), Arn: arn('tower', `bell/${name('BellName')}`) }),
  read: ({ Ringer }, { logicalId, ids, stack }) => {
    const ringer = stack.find(lambdaFunction, Ringer);
    if (ringer === undefined) throw new Error(`${logicalId} has no ringer.`);
    return { name: ids.Ref, ringer };
  },
  start: async ({ name, ringer }, host) => {
    host.service(bells).rung.push(name);
    const lambda = await host.running(lambdaFunction, ringer.logicalId);
    lambda.invokeAsync(JSON.stringify({ rings: name }));
    host.atEnd(() => stopped.push(name));
    return { rung: host.service(bells).rung };
  },
});
const stopped: string[] = [];

const types = [...resourceTypes, bell];
const stack = {
  Bell: {
    Type: 'Test::Tower::Bell',
    Properties: { Ringer: { Ref: 'Ringer' }, Pitch: { 'Fn::ImportValue': 'x' } },
  },
  Ringer: lambda(
    'export const handler = async (event) => { console.log(JSON.stringify([event, process.env.AWS_ENDPOINT_URL_BELLS])); };',
  ),
  Hearer: lambda('export const handler = async () => process.env.BELL;', {
    Environment: { Variables: { BELL: { 'Fn::GetAtt': ['Bell', 'Arn'] } } },
  }),
};

test('a type of resource that is one file and one line of the registry is read, referred to, started and stopped', async () => {
  const platform = await start(stack, { types });
  try {
    await vi.waitFor(
      () =>
        expect(platform.logs.map(({ line }) => JSON.parse(line))).toEqual([
          [{ rings: 'Test-Bell' }, 'http://127.0.0.1:9'],
        ]),
      10_000,
    );
    expect(await platform.invoke('Hearer', {})).toBe('arn:aws:tower:us-east-1:000000000000:bell/Test-Bell');
    expect(platform.endpoint('bells')).toBe('http://127.0.0.1:9');
    expect([bells.running, stopped]).toEqual([1, []]);
  } finally {
    await platform.stop();
  }
  expect([bells.running, stopped]).toEqual([0, ['Test-Bell']]);
});

test('a type that is in no registry stops the start, and leaves no service running', async () => {
  await expect(start(stack, { types: resourceTypes })).rejects.toThrow(
    'Bell: the local platform does not understand resources of type Test::Tower::Bell.',
  );
  expect(bells.running).toBe(0);
});

test('a property that a type neither reads nor ignores stops the start', async () => {
  const odd = { ...stack, Bell: { ...stack.Bell, Properties: { ...stack.Bell.Properties, Weight: 1 } } };

  await expect(start(odd, { types })).rejects.toThrow(
    'Bell (Test::Tower::Bell): the local platform does not understand Weight.',
  );
  expect(bells.running).toBe(0);
});
