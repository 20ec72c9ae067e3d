import { describe, expect, it } from 'vitest';
import {
  type Kernel,
  KernelRefusal,
  type ParallelKernel,
  type SequentialKernel,
} from '../../../functions/lib/engine/kernel.ts';
import type { Track } from '../../../functions/lib/engine/kernel-call.ts';
import { createWorker } from '../../../functions/lib/engine/worker.ts';
import { memoryEngineWith } from '../../support/engine.ts';
import { counter, letters } from '../../support/kernels.ts';

interface Context {
  readonly tenant: string;
  read(): Promise<string>;
}

const trouble = new Error('throttled');

/** A worker whose kernels are given a reader, and the message that one of them is to work on. */
const world = async (kernel: Kernel<Context>, input: object, read: () => Promise<string>) => {
  const made = memoryEngineWith<Context>([kernel], (tenant: string, track: Track) => ({
    tenant,
    read: () => track(read),
  }));
  const submitted = await made.submit(kernel, input);
  if (!('computation' in submitted)) throw new Error(submitted.outcome);
  const work = createWorker(made);
  return {
    ...made,
    run: (receiveCount = 1) => work(made.queue.bodies[0] ?? '', { receiveCount, remainingMs: () => 60_000 }),
    status: async () => (await made.store.read(submitted.computation))?.status,
  };
};

type Step = (context: Context) => Promise<void>;

const parallelKernel = (
  step: Step,
): ParallelKernel<{ parts: number }, string, { text: string }, Context> => ({
  ...letters,
  compute: async (_, part, context) => {
    await step(context);
    return String(part);
  },
});

const sequentialKernel = (step: Step): SequentialKernel<{ to: number }, number, { at: number }, Context> => ({
  ...counter(),
  step: async (at, _, context) => {
    await step(context);
    return at + 1;
  },
});

describe.each([
  ['compute', (step: Step, read: () => Promise<string>) => world(parallelKernel(step), { parts: 1 }, read)],
  ['step', (step: Step, read: () => Promise<string>) => world(sequentialKernel(step), { to: 2 }, read)],
] as const)('the context of %s', (_, start) => {
  it('is that of the tenant whose computation it is', async () => {
    const tenants: string[] = [];
    const got: string[] = [];
    const { run, status } = await start(
      async ({ tenant, read }) => {
        tenants.push(tenant);
        got.push(await read());
      },
      async () => 'row',
    );
    await run();
    expect(new Set(tenants)).toEqual(new Set(['tenant']));
    expect(new Set(got)).toEqual(new Set(['row']));
    expect(await status()).toBe('succeeded');
  });

  it('makes a failed call trouble of the infrastructure, whatever the kernel throws over it', async () => {
    const { run, status } = await start(
      async ({ read }) => {
        await read().catch(() => {});
        throw new TypeError('nothing was read');
      },
      () => Promise.reject(trouble),
    );
    await expect(run(3)).rejects.toBe(trouble);
    expect(await status()).toBe('running');
  });

  it('lets a kernel refuse although a call has failed', async () => {
    const { run, status } = await start(
      async ({ read }) => {
        await read().catch(() => {});
        throw new KernelRefusal('no');
      },
      () => Promise.reject(trouble),
    );
    await run();
    expect(await status()).toBe('failed');
  });

  it('leaves to the kernel what it throws when no call has failed', async () => {
    const { run, status } = await start(
      async ({ read }) => {
        await read();
        throw new TypeError('broken');
      },
      async () => 'row',
    );
    await expect(run(2)).rejects.toThrow('a kernel threw');
    await run(3);
    expect(await status()).toBe('failed');
  });
});

describe('the context of a kernel', () => {
  it('does not count a failure that an earlier step has got over', async () => {
    let calls = 0;
    const { run, status } = await world(
      sequentialKernel(async ({ read }) => {
        await read().catch(() => {});
        if (calls === 2) throw new TypeError('broken');
      }),
      { to: 2 },
      async () => {
        calls += 1;
        if (calls === 1) throw trouble;
        return 'row';
      },
    );
    await run(3);
    expect(await status()).toBe('failed');
  });
});
