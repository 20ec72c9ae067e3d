import { describe, expect, it } from 'vitest';
import {
  KernelException,
  TooManyActiveError,
  UnknownWorkError,
} from '../../../functions/lib/engine/errors.ts';
import {
  alwaysCrashed,
  deadlineExceeded,
  inputRefused,
  kernelFailed,
  tooManyCheckpoints,
} from '../../../functions/lib/engine/failure.ts';
import { KernelRefusal } from '../../../functions/lib/engine/kernel.ts';
import { checkPartial, checkResult, kernelCaller } from '../../../functions/lib/engine/kernel-call.ts';

describe('a failure', () => {
  it.each([
    [inputRefused('no'), { name: 'refused', title: 'The computation refused its input', detail: 'no' }],
    [
      kernelFailed(new RangeError('out')),
      {
        name: 'kernel-failed',
        title: 'The computation failed',
        detail: 'RangeError: out',
      },
    ],
    [
      alwaysCrashed(),
      {
        name: 'crashed',
        title: 'The computation crashed',
        detail: 'A part of it crashed, timed out or was not understood each time it was tried.',
      },
    ],
    [
      deadlineExceeded(),
      {
        name: 'too-old',
        title: 'The computation took too long',
        detail: 'It did not finish within the time that one attempt has.',
      },
    ],
    [
      tooManyCheckpoints(),
      {
        name: 'too-many-hops',
        title: 'The computation took too long',
        detail: 'It did not finish within the checkpoints it may take.',
      },
    ],
  ])('%# tells the client what happened', (failure, expected) => {
    expect(failure).toEqual(expected);
  });

  it('says what was thrown, though it is no error', () => {
    expect(kernelFailed('a text').detail).toBe('a text');
    expect(kernelFailed(undefined).detail).toBe('undefined');
  });

  it('has a detail of five hundred characters at most', () => {
    expect(inputRefused('x'.repeat(500)).detail).toBe('x'.repeat(500));
    expect(inputRefused('x'.repeat(501)).detail).toBe(`${'x'.repeat(499)}…`);
  });

  it('is told by its name in a log', () => {
    const errors = [new KernelException(), new UnknownWorkError(), new TooManyActiveError(1)];
    expect(errors.map(({ name }) => name)).toEqual([
      'KernelException',
      'UnknownWorkError',
      'TooManyActiveError',
    ]);
  });
});

describe('a call into a kernel', () => {
  const callKernel = kernelCaller('tenant', () => undefined);

  it('gives what the kernel gives, now or later', async () => {
    expect(await callKernel(() => 1)).toBe(1);
    expect(await callKernel(async () => 2)).toBe(2);
  });

  it('passes a refusal on, and wraps whatever else is thrown, now or later', async () => {
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

describe('what a kernel makes', () => {
  it('is kept as a partial result up to 32 KiB', () => {
    const most = new Uint8Array(32_768);
    expect(checkPartial(most)).toBe(most);
    expect(() => checkPartial(new Uint8Array(32_769))).toThrow(
      new KernelRefusal('A partial result has 32769 bytes; at most 32768 can be kept.'),
    );
  });

  it('is kept as a result up to 64 KiB of JSON in UTF-8', () => {
    const most = 'x'.repeat(65_534);
    expect(checkResult(most)).toBe(most);
    const refusal = new KernelRefusal('The result has 65537 bytes of JSON; at most 65536 can be kept.');
    expect(() => checkResult(`${most}x`)).toThrow(refusal);
    expect(() => checkResult(`${most.slice(1)}é`)).toThrow(refusal);
  });
});
