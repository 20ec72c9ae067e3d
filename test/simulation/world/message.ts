import type { ComputationRef } from '../../../functions/lib/engine/computation.ts';
import type { Node } from '../../../functions/lib/engine/tree.ts';

/** What a message asks for, as the checks read it: independently of the engine's own codec. */
export type Task = NodeTask | SequenceTask;

export interface NodeTask extends ComputationRef, Node {
  readonly kind: 'node';
  readonly attempt: number;
  readonly parts: number;
}

interface SequenceTask extends ComputationRef {
  readonly kind: 'sequence';
  readonly attempt: number;
  readonly step?: number | undefined;
}

/** A message in a queue. */
export interface QueuedMessage {
  readonly body: string;
  /** Undefined for what nobody can read. */
  readonly task: Task | undefined;
  receiveCount: number;
  /** When it was sent, in true time; undefined for what comes again. */
  sentAt: number | undefined;
}

/** What the body asks for; undefined for what is no message of this suite. */
export const taskOf = (body: string): Task | undefined => {
  try {
    const value = JSON.parse(body);
    return typeof value === 'object' && value !== null && typeof value.epoch === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The same for two messages that ask for the same, in one attempt of one life. */
export const taskName = (asked: Task): string =>
  asked.kind === 'node'
    ? `${asked.epoch}/${asked.attempt}/${asked.level}.${asked.index}`
    : `${asked.epoch}/${asked.attempt}/${asked.step ?? 'last'}`;

export const describeTask = (asked: Task): string =>
  asked.kind === 'node'
    ? `${asked.tenant}/${asked.id} ${asked.epoch.slice(0, 4)}·${asked.attempt} node ${asked.level}.${asked.index}`
    : `${asked.tenant}/${asked.id} ${asked.epoch.slice(0, 4)}·${asked.attempt} step ${asked.step ?? 'last'}`;

/** How a body begins in the format of today, and in one that only a later version writes and reads. */
export const THIS_FORMAT = '"format":1';
export const LATER_FORMAT = '"format":2';
