/**
 * The distribution function of the standard normal distribution, independent of the code under test: the series
 * of Abramowitz and Stegun 26.2.11 in the middle and the continued fraction 26.2.14 in the tails.
 */
export const normalCdf = (x: number): number => {
  if (x > 0) return 1 - normalCdf(-x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < -1) {
    let fraction = -x;
    for (let n = 4000; n >= 1; n -= 1) fraction = -x + n / fraction;
    return density / fraction;
  }
  let term = -x;
  let sum = term;
  for (let n = 3; Math.abs(term) > 1e-18; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 - density * sum;
};
