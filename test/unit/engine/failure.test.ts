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
  ])('%# has the name, title and detail that clients are shown', (failure, expected) => {
    expect(failure).toEqual(expected);
  });

  it('shows a thrown value that is not an error', () => {
    expect(kernelFailed('a text').detail).toBe('a text');
    expect(kernelFailed(undefined).detail).toBe('undefined');
  });

  it('has a detail of at most 500 characters', () => {
    expect(inputRefused('x'.repeat(500)).detail).toBe('x'.repeat(500));
    expect(inputRefused('x'.repeat(501)).detail).toBe(`${'x'.repeat(499)}…`);
  });

  it('has errors whose names are those of their classes', () => {
    const errors = [new KernelException(), new UnknownWorkError(), new TooManyActiveError(1)];
    expect(errors.map(({ name }) => name)).toEqual([
      'KernelException',
      'UnknownWorkError',
      'TooManyActiveError',
    ]);
  });
});
