import type { Computation } from '../../../functions/lib/engine/computation.ts';
import type { Request } from '../plan.ts';
import { type Input, resultOf } from './kernels.ts';

const nameOf = (type: string, version: number, input: Input) => `${type} ${version} ${JSON.stringify(input)}`;

/** The results that the works of a plan must have, in every version that there is. */
export const expectedResults = async (requests: readonly Request[]) => {
  const results = new Map<string, { readonly text: string }>();
  for (const { action } of requests) {
    if (action.do !== 'submit') continue;
    const { type, input } = action.work;
    for (const version of type === 'words' ? [1, 2] : [1]) {
      const name = nameOf(type, version, input);
      if (results.has(name)) continue;
      results.set(name, await resultOf(type, version, { ...input, behaviour: { is: 'well' } }));
    }
  }
  return ({ type, version, input }: Computation) => {
    const result = results.get(nameOf(type, version, input as unknown as Input));
    if (result === undefined) throw new Error(`nobody asked for ${type} ${version} ${JSON.stringify(input)}`);
    return result;
  };
};
