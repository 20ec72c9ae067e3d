import type { Json } from './computation.ts';
import { KernelException } from './errors.ts';
import { KernelRefusal } from './kernel.ts';

/** A partial result or a checkpoint is at most this many bytes, so that ten of them fit DynamoDB's 400 KB. */
const MAX_SLOT_BYTES = 32_768;

/** A result is at most this many bytes of JSON. */
const MAX_RESULT_BYTES = 65_536;

/**
 * Calls into a kernel. What it throws is the kernel's: a refusal stays one, anything else becomes an exception
 * of the kernel, so that it is never taken for trouble of the infrastructure.
 */
export const callKernel = async <T>(call: () => T | Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof KernelRefusal) throw cause;
    throw new KernelException('a kernel threw', { cause });
  }
};

/** The bytes, if they are few enough to be recorded. */
export const checkSlot = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length <= MAX_SLOT_BYTES) return bytes;
  throw new KernelRefusal(
    `A partial result has ${bytes.length} bytes; at most ${MAX_SLOT_BYTES} can be kept.`,
  );
};

/** The result, if it is small enough to be answered. */
export const checkResult = (result: Json): Json => {
  const size = Buffer.byteLength(JSON.stringify(result));
  if (size <= MAX_RESULT_BYTES) return result;
  throw new KernelRefusal(`The result has ${size} bytes of JSON; at most ${MAX_RESULT_BYTES} can be kept.`);
};
