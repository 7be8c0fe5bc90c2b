/**
 * The root of √t/(1 − t) = u on [0, 1), on which processes with Brownian noise meet.
 *
 * @module
 */

/** The t in [0, 1) with √t/(1 − t) = u, without cancellation for small u. */
export function brownianTime(u: number): number {
  return (2 * u / (1 + Math.sqrt(1 + 4 * u ** 2))) ** 2;
}
