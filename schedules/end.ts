/**
 * The end of a process.
 *
 * @module
 */

/** Relative rounding of t = σ⁻¹(σ(end)). */
const ROUNDING = 1e-9;

/** @throws {RangeError} If the process ends before a level. */
export function checkEnd(
  { end = Infinity, sigma }: { readonly end?: number; readonly sigma: (t: number) => number },
  at: { readonly t: number; readonly sigma: number },
): void {
  if (at.t <= end * (1 + ROUNDING)) return;
  throw new RangeError(
    `Cannot use the schedule: the process ends at t = ${end}, where σ = ${sigma(end)}, ` +
      `got t = ${at.t} and σ = ${at.sigma}`,
  );
}
