/**
 * The numbers that give the engine its shape. They are no settings: the reasons lie in the services that it runs on,
 * and stored trees, messages and documents depend on them.
 */

/** One `SendMessageBatch` carries ten messages, so a node has ten children and a node's record ten slots. */
export const FAN_OUT = 10;

/**
 * The most parts a computation may have. It bounds the work of one request and the size of its tree, so every
 * parallel kernel's input schema refuses what would need more.
 */
export const MAX_PARTS = 10_000;

/** The most bytes of a partial result or a checkpoint's state: ten of them fit DynamoDB's 400 KB for an item. */
export const MAX_PARTIAL_BYTES = 32_768;

/** The most bytes of a result as JSON: with an input of 200 KB it fits DynamoDB's 400 KB for an item. */
export const MAX_RESULT_BYTES = 65_536;

/**
 * The most checkpoints that one computation may write. Each is a message from the worker to its own queue, and
 * Lambda's detection of such loops is off: this bounds them instead.
 */
export const MAX_CHECKPOINTS = 10_000;

/** However long nothing moves, the sweeper visits an active computation about once an hour. */
export const MAX_VISIT_INTERVAL_MS = 3_600_000;

/**
 * A visit becomes due this much before its interval has passed, or a tenth of the interval, whichever is less. The
 * sweeper's schedule comes round at multiples of a minute, as intervals are: a visit that is due a moment after it came
 * would wait for the next one.
 */
export const VISIT_LEAD_MS = 10_000;

/** How often a kernel may throw at one message before the computation fails with what it threw. */
export const MAX_KERNEL_ATTEMPTS = 3;
