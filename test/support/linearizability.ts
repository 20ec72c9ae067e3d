/**
 * Checks whether a history of concurrent operations on one object can be explained by some order in which each took
 * effect at once, between its call and its return: Wing & Gong's search ("Testing and verifying concurrent
 * objects", 1993) with the memory of visited configurations by Lowe ("Testing for linearizability", 2017).
 */

/** An operation as its client saw it. Times are of one clock; only their order counts. */
export interface Observed<Input, Output> {
  readonly client: number;
  readonly input: Input;
  /** Undefined: no answer that says what became of it. It may take effect at any time after its call, or never. */
  readonly output: Output | undefined;
  readonly called: number;
  readonly returned: number;
}

/** A sequential object. States are compared by their JSON. */
export interface Model<State, Input, Output> {
  readonly initial: State;
  /** The state after the operation; undefined when it cannot answer this output in that state. */
  apply(state: State, input: Input, output: Output | undefined): State | undefined;
}

export type History<Input, Output> = readonly Observed<Input, Output>[];

/** Whether there is an order that explains the history. Exponential at worst, and fast for histories as they occur. */
export const isLinearizable = <State, Input, Output>(
  model: Model<State, Input, Output>,
  history: History<Input, Output>,
): boolean => {
  const operations = history.toSorted((a, b) => a.called - b.called);
  const seen = new Set<string>();
  /** `done` has a bit an operation: those that took effect. */
  const search = (state: State, done: bigint): boolean => {
    const configuration = `${done.toString(36)} ${JSON.stringify(state)}`;
    if (seen.has(configuration)) return false;
    seen.add(configuration);
    const waiting = operations
      .map((operation, bit) => ({ operation, bit: 1n << BigInt(bit) }))
      .filter(({ bit }) => (done & bit) === 0n);
    const answered = waiting.filter(({ operation }) => operation.output !== undefined);
    if (answered.length === 0) return true;
    // Whatever was called after an answered one has returned cannot come before it.
    const horizon = Math.min(...answered.map(({ operation }) => operation.returned));
    return waiting
      .filter(({ operation }) => operation.called <= horizon)
      .some(({ operation, bit }) => {
        const next = model.apply(state, operation.input, operation.output);
        return next !== undefined && search(next, done | bit);
      });
  };
  return search(model.initial, 0n);
};

/**
 * The smallest part of a history without an order that still has none: no operation of it can be left out, except
 * together with those that depend on it, such as a read on the write that it saw.
 */
export const smallestWithoutOrder = <State, Input, Output>(
  model: Model<State, Input, Output>,
  history: History<Input, Output>,
  dependsOn: (one: Observed<Input, Output>, other: Observed<Input, Output>) => boolean,
): History<Input, Output> => {
  const without = (
    all: History<Input, Output>,
    operation: Observed<Input, Output>,
  ): History<Input, Output> => {
    const gone = new Set([operation]);
    for (let before = 0; before < gone.size; ) {
      before = gone.size;
      for (const one of all) if ([...gone].some((other) => dependsOn(one, other))) gone.add(one);
    }
    return all.filter((one) => !gone.has(one));
  };
  let smallest = history.toSorted((a, b) => a.called - b.called);
  for (let shrunk = true; shrunk; ) {
    shrunk = false;
    for (const operation of smallest.toReversed()) {
      const others = without(smallest, operation);
      if (others.length === smallest.length || isLinearizable(model, others)) continue;
      smallest = [...others];
      shrunk = true;
    }
  }
  return smallest;
};

/** A history as lines that a person can read. */
export const print = <Input, Output>(history: History<Input, Output>): string =>
  history
    .map(
      ({ client, input, output, called, returned }) =>
        `${called.toFixed(1)}–${returned.toFixed(1)} client ${client}: ${JSON.stringify(input)} → ${
          output === undefined ? 'no answer' : JSON.stringify(output)
        }`,
    )
    .join('\n');
