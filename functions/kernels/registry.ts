/*
 * Every computation type is a line here: its kernel, exported from its folder. Without any line the suite has no
 * computation types.
 */
export { itemStatistics } from './item-statistics/index.ts';
export { mersenneTest } from './mersenne-test/index.ts';
export { optionPrice } from './option-price/index.ts';
export { primeCount } from './prime-count/index.ts';
export { randomSum } from './random-sum/index.ts';
export { sumOfSquares } from './sum-of-squares/index.ts';
