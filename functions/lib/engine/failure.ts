/** Why a computation failed, before it is recorded as a problem. */
export interface FailureCause {
  readonly name: 'refused' | 'kernel-failed' | 'crashed' | 'too-old' | 'too-many-hops';
  readonly title: string;
  readonly detail: string;
}

/** The most characters of a detail: it may hold what a kernel threw, and stands in every answer. */
const MAX_DETAIL = 500;

const cause = (name: FailureCause['name'], title: string, detail: string): FailureCause => ({
  name,
  title,
  detail: detail.length > MAX_DETAIL ? `${detail.slice(0, MAX_DETAIL - 1)}…` : detail,
});

export const inputRefused = (detail: string) => cause('refused', 'The computation refused its input', detail);

export const kernelFailed = (thrown: unknown) =>
  cause(
    'kernel-failed',
    'The computation failed',
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown),
  );

export const alwaysCrashed = () =>
  cause(
    'crashed',
    'The computation crashed',
    'A part of it crashed, timed out or was not understood each time it was tried.',
  );

export const deadlineExceeded = () =>
  cause(
    'too-old',
    'The computation took too long',
    'It did not finish within the time that one attempt has.',
  );

export const tooManyCheckpoints = () =>
  cause(
    'too-many-hops',
    'The computation took too long',
    'It did not finish within the checkpoints it may take.',
  );
