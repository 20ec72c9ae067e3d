import { parallel } from '../../../functions/lib/engine/kernel.ts';
import { bigint } from '../../../functions/lib/kernel/codecs.ts';
import { decimalField, integerField, objectField, WORK_BOUND } from '../../../functions/lib/kernel/fields.ts';
import { evenSplit, maxUnits } from '../../../functions/lib/kernel/split.ts';

const PART = { smallest: 10_000_000, largest: 100_000_000 };

export const digitSum = parallel({
  name: 'digit-sum',
  version: 1,
  description: 'The sum of the decimal digits of all integers below n.',
  pure: true,
  input: objectField({ n: integerField('How many integers.', 0, maxUnits(PART), WORK_BOUND) }),
  output: objectField({ sum: decimalField('The sum of the digits.') }),
  example: { input: { n: 100 }, output: { sum: '900' } },
  parts: ({ n }) => evenSplit(n, PART).parts,
  compute({ n }, part) {
    const { start, end } = evenSplit(n, PART).range(part);
    let sum = 0;
    for (let i = start; i < end; i += 1) for (const digit of String(i)) sum += Number(digit);
    return BigInt(sum);
  },
  combine: (left, right) => left + right,
  finish: (sum) => ({ sum: String(sum) }),
  partial: bigint,
});
