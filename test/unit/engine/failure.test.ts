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
