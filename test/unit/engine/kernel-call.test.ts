import { describe, expect, it } from 'vitest';
import {
  type Kernel,
  KernelRefusal,
  type ParallelKernel,
  type SequentialKernel,
} from '../../../functions/lib/engine/kernel.ts';
import {
  checkPartial,
  checkResult,
  kernelCaller,
  type Track,
} from '../../../functions/lib/engine/kernel-call.ts';
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
  const computation = await made.accept(kernel, input);
  const work = createWorker(made);
  return {
    ...made,
    run: (receiveCount = 1) => work(made.queue.bodies[0] ?? '', { receiveCount, remainingMs: () => 60_000 }),
    status: async () => (await made.store.read(computation))?.status,
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

describe('a call into a kernel', () => {
  const callKernel = kernelCaller('tenant', () => undefined);

  it('returns what the kernel returns, synchronously or not', async () => {
    expect(await callKernel(() => 1)).toBe(1);
    expect(await callKernel(async () => 2)).toBe(2);
  });

  it('throws a refusal as it is, and wraps anything else, synchronous or not', async () => {
    const refusal = new KernelRefusal('no');
    const cause = new TypeError('broken');
    const throws = (error: Error) => () => {
      throw error;
    };
    await expect(callKernel(throws(refusal))).rejects.toBe(refusal);
    await expect(callKernel(async () => throws(refusal)())).rejects.toBe(refusal);
    const wrapped = expect.objectContaining({ name: 'KernelException', message: 'a kernel threw', cause });
    await expect(callKernel(throws(cause))).rejects.toEqual(wrapped);
    await expect(callKernel(async () => throws(cause)())).rejects.toEqual(wrapped);
  });
});

describe('what a kernel returns', () => {
  it('may be a partial result of up to 32 KiB', () => {
    const most = new Uint8Array(32_768);
    expect(checkPartial(most)).toBe(most);
    expect(() => checkPartial(new Uint8Array(32_769))).toThrow(
      new KernelRefusal('A partial result has 32769 bytes; at most 32768 can be kept.'),
    );
  });

  it('may be a result of up to 64 KiB of JSON in UTF-8', () => {
    const most = 'x'.repeat(65_534);
    expect(checkResult(most)).toBe(most);
    const refusal = new KernelRefusal('The result has 65537 bytes of JSON; at most 65536 can be kept.');
    expect(() => checkResult(`${most}x`)).toThrow(refusal);
    expect(() => checkResult(`${most.slice(1)}é`)).toThrow(refusal);
  });
});

describe.each([
  ['compute', (step: Step, read: () => Promise<string>) => world(parallelKernel(step), { parts: 1 }, read)],
  ['step', (step: Step, read: () => Promise<string>) => world(sequentialKernel(step), { to: 2 }, read)],
] as const)('the context of %s', (_, start) => {
  it('belongs to the tenant of the computation', async () => {
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

  it('makes a failed call an error of the infrastructure, whatever the kernel throws then', async () => {
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

  it('lets a kernel refuse after a failed call', async () => {
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

  it('leaves what a kernel throws an exception of the kernel when no call failed', async () => {
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
  it('ignores a failed call of an earlier step', async () => {
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
