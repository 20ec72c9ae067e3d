import { isDeepStrictEqual } from 'node:util';
import type { Model, Observed } from './linearizability.ts';

/** Values of an item's fields, whatever they are called. */
type Values = Readonly<Record<string, unknown>>;

/** What a client asks of one item. Every write brings values of its own, so that a read tells whose it read. */
export type ItemInput =
  | { readonly kind: 'create'; readonly values: Values }
  | { readonly kind: 'put'; readonly values: Values; readonly condition?: ItemCondition }
  | { readonly kind: 'patch'; readonly values: Values; readonly condition?: ItemCondition }
  | { readonly kind: 'delete'; readonly condition?: ItemCondition }
  | { readonly kind: 'read' };

/** `If-Match` with a tag or `*`, or `If-None-Match: *`. */
type ItemCondition = { readonly match: string } | { readonly none: '*' };

export interface ItemOutput {
  readonly status: number;
  readonly etag?: string | undefined;
  readonly values?: Values;
}

/** An item; its tag is not known as long as nobody was told. */
export type ItemState = { readonly values: Values; readonly etag: string | null } | null;

export type ItemObservation = Observed<ItemInput, ItemOutput>;

const holds = (state: ItemState, condition: ItemCondition | undefined): boolean => {
  if (condition === undefined) return true;
  if ('none' in condition) return state === null;
  if (state === null) return false;
  // A tag that a client knows was told by somebody, so a state that has told none has another.
  return condition.match === '*' || condition.match === state.etag;
};

/** What a write without an answer leaves. */
const after = (state: ItemState, input: ItemInput): ItemState | undefined => {
  switch (input.kind) {
    case 'read':
      return state;
    case 'create':
      return state === null ? { values: input.values, etag: null } : undefined;
    case 'put':
      return holds(state, input.condition) ? { values: input.values, etag: null } : undefined;
    case 'patch':
      return state !== null && holds(state, input.condition)
        ? { values: { ...state.values, ...input.values }, etag: null }
        : undefined;
    case 'delete':
      return state !== null && holds(state, input.condition) ? null : undefined;
  }
};

/** The one status that each refusal has: 404 before 412, and a PUT with `If-Match` on nothing is 412. */
const refusalOf = (state: ItemState, input: ItemInput): number | undefined => {
  if (input.kind === 'create') return state === null ? undefined : 409;
  if (input.kind === 'read') return state === null ? 404 : undefined;
  if (state === null && input.kind !== 'put') return 404;
  return holds(state, input.condition) ? undefined : 412;
};

/** One item of the HTTP contract, as a sequential object. */
export const itemModel: Model<ItemState, ItemInput, ItemOutput> = {
  initial: null,
  apply: (state, input, output) => {
    if (output === undefined) return after(state, input);
    const refusal = refusalOf(state, input);
    if (refusal !== undefined) return output.status === refusal ? state : undefined;
    const next = after(state, input);
    if (next === undefined) return undefined;
    if (next === null) return output.status === 204 ? null : undefined;
    if (!isDeepStrictEqual(output.values, next.values)) return undefined;
    const isNew = input.kind === 'create' || (input.kind === 'put' && state === null);
    if (output.status !== (isNew ? 201 : 200) || output.etag === undefined) return undefined;
    if (next.etag !== null && next.etag !== output.etag) return undefined;
    return { ...next, etag: output.etag };
  },
};

const conditionTag = (input: ItemInput): string | undefined =>
  'condition' in input && input.condition && 'match' in input.condition ? input.condition.match : undefined;

/** Whether an answer says that the item was there, or that it was not; undefined: it says neither. */
const wasThere = ({ input, output }: ItemObservation): boolean | undefined => {
  if (output === undefined) return undefined;
  if (output.status === 201 || output.status === 404) return false;
  if (output.status !== 412) return true;
  return 'condition' in input && input.condition !== undefined && 'none' in input.condition
    ? true
    : undefined;
};

const mayHaveCreated = ({ input, output }: ItemObservation): boolean =>
  output === undefined ? input.kind === 'create' || input.kind === 'put' : output.status === 201;

const mayHaveDeleted = ({ input, output }: ItemObservation): boolean =>
  input.kind === 'delete' && (output === undefined || output.status === 204);

const shareValue = (one: Values, other: Values): boolean =>
  Object.entries(other).some(([name, value]) => isDeepStrictEqual(one[name], value));

/**
 * Whether an observation makes no sense without another: it saw what that one wrote or a tag that it told, or it
 * found the item there, or gone, and that one may have been the cause.
 */
export const sawFrom = (one: ItemObservation, other: ItemObservation): boolean => {
  if (one === other || other.called > one.returned) return false;
  const { input: wrote, output: told } = other;
  const { output: saw } = one;
  const there = wasThere(one);
  return (
    ('values' in wrote && saw?.values !== undefined && shareValue(saw.values, wrote.values)) ||
    (told?.etag !== undefined && conditionTag(one.input) === told.etag) ||
    (there === true && mayHaveCreated(other)) ||
    (there === false && mayHaveDeleted(other))
  );
};
