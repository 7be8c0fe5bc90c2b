/**
 * The standard normal distribution.
 *
 * @module
 */

/** Terms of the series of Φ; for |z| ≤ 6 the last one is below 1e-17 of the sum. */
const TERMS = 120;

/**
 * Φ(z), the probability of a value below z: Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …) for |z| ≤ 6, and
 * its asymptotic continued fraction beyond (Abramowitz and Stegun 26.2.11, 26.2.14).
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  const size = Math.abs(z);
  if (size > 6) {
    let fraction = size;
    for (let k = 30; k >= 1; k--) fraction = size + k / fraction;
    const tail = density / fraction;
    return z > 0 ? 1 - tail : tail;
  }
  let [term, sum] = [z, z];
  for (let k = 1; k < TERMS; k++) {
    term *= z * z / (2 * k + 1);
    sum += term;
  }
  return 0.5 + density * sum;
}

/** Quantile: the z with Φ(z) = p, by bisection; ±Infinity for p = 1 and 0. */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  let [low, high] = [-40, 40];
  // 2^-60 of 80 is less than the spacing of doubles near 1.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
