import type { Json } from './computation.ts';
import { KernelException } from './errors.ts';
import { KernelRefusal } from './kernel.ts';
import { MAX_PARTIAL_BYTES, MAX_RESULT_BYTES } from './limits.ts';

/**
 * Runs a call to the infrastructure on behalf of a kernel, and remembers its failure. Everything that a context lets a
 * kernel call goes through it.
 */
export type Track = <T>(call: () => Promise<T>) => Promise<T>;

/** Makes what a kernel is given besides its input, for one message of this tenant. */
export type ContextFor<Context> = (tenant: string, track: Track) => Context;

/** Calls a kernel; see {@link kernelCaller}. */
export type CallKernel<Context> = <T>(call: (context: Context) => T | Promise<T>) => Promise<T>;

/**
 * Calls into a kernel, all for one message. What a kernel throws is told apart here, once:
 * - a refusal stays one;
 * - what it throws after a tracked call has failed is trouble of the infrastructure, even if the kernel wrapped it;
 * - anything else becomes an exception of the kernel.
 */
export const kernelCaller = <Context>(
  tenant: string,
  contextFor: ContextFor<Context>,
): CallKernel<Context> => {
  let failure: { readonly cause: unknown } | undefined;
  const lastFailure = () => failure;
  const context = contextFor(tenant, async (call) => {
    try {
      return await call();
    } catch (cause) {
      failure = { cause };
      throw cause;
    }
  });
  return async (call) => {
    failure = undefined;
    try {
      return await call(context);
    } catch (cause) {
      if (cause instanceof KernelRefusal) throw cause;
      const trouble = lastFailure();
      if (trouble !== undefined) throw trouble.cause;
      throw new KernelException('a kernel threw', { cause });
    }
  };
};

/** The bytes, if they are few enough to be recorded. */
export const checkPartial = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length <= MAX_PARTIAL_BYTES) return bytes;
  throw new KernelRefusal(
    `A partial result has ${bytes.length} bytes; at most ${MAX_PARTIAL_BYTES} can be kept.`,
  );
};

/** The result, if it is small enough to be answered. */
export const checkResult = (result: Json): Json => {
  const size = Buffer.byteLength(JSON.stringify(result));
  if (size <= MAX_RESULT_BYTES) return result;
  throw new KernelRefusal(`The result has ${size} bytes of JSON; at most ${MAX_RESULT_BYTES} can be kept.`);
};
