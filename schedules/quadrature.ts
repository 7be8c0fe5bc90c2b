/**
 * Quadrature and root finding for schedules that are defined by functions.
 *
 * @module
 */

type RealFunction = (t: number) => number;

/** Nodes > 0 and weights of the 10-point Gauss–Legendre rule on [−1, 1]; it is symmetric. */
const NODES = [
  [0.14887433898163122, 0.29552422471475287],
  [0.4333953941292472, 0.26926671930999635],
  [0.6794095682990244, 0.21908636251598204],
  [0.8650633666889845, 0.1494513491505806],
  [0.9739065285171717, 0.06667134430868814],
] as const;

/** Relative error of an integral at which intervals are no longer halved. */
const TOLERANCE = 1e-12;

/** Maximum number of halvings; it confines a kink of the integrand to 1e-6 of the interval. */
const MAX_DEPTH = 20;

/** Relative step in t at which root finding stops. */
const ROOT_TOLERANCE = 1e-13;

/** Start of the geometric panels, below any noise level in use. */
const FIRST = 2 ** -80;

function gauss(f: RealFunction, from: number, to: number): number {
  const center = (from + to) / 2;
  const half = (to - from) / 2;
  let sum = 0;
  for (const [node, weight] of NODES) {
    sum += weight * (f(center - half * node) + f(center + half * node));
  }
  return sum * half;
}

function refine(
  f: RealFunction,
  [from, to]: readonly [number, number],
  { whole, tolerance, depth }: {
    readonly whole: number;
    readonly tolerance: number;
    readonly depth: number;
  },
): number {
  const middle = (from + to) / 2;
  const left = gauss(f, from, middle);
  const right = gauss(f, middle, to);
  const halves = left + right;
  if (!Number.isFinite(halves) || depth === 0 || Math.abs(halves - whole) <= tolerance) {
    return halves;
  }
  // Both halves get the full tolerance: refinement of a kink then ends at a small interval, and the
  // rounding of nested integrals is not mistaken for error.
  const next = { tolerance, depth: depth - 1 };
  return refine(f, [from, middle], { ...next, whole: left }) +
    refine(f, [middle, to], { ...next, whole: right });
}

/** ∫ f over [from, to] by adaptive Gauss–Legendre quadrature; f is never evaluated at the ends. */
export function integrate(f: RealFunction, from: number, to: number): number {
  const whole = gauss(f, from, to);
  const size = gauss((t) => Math.abs(f(t)), from, to);
  return refine(f, [from, to], { whole, tolerance: TOLERANCE * size, depth: MAX_DEPTH });
}

/**
 * Antiderivative t ↦ ∫₀ᵗ f. Each octave of t is integrated once and cached, so an integrable
 * singularity at 0 costs no accuracy and large t costs no more than small t.
 */
export function antiderivative(f: RealFunction): RealFunction {
  const sums = [gauss(f, 0, FIRST)];
  return (t) => {
    if (t <= 0) return 0;
    if (t <= FIRST) return gauss(f, 0, t);
    const octave = Math.floor(Math.log2(t / FIRST));
    for (let i = sums.length; i <= octave; i++) {
      sums.push(sums[i - 1]! + integrate(f, FIRST * 2 ** (i - 1), FIRST * 2 ** i));
    }
    const start = FIRST * 2 ** octave;
    return start >= t ? sums[octave]! : sums[octave]! + integrate(f, start, t);
  };
}

/**
 * Inverts an increasing function with f(0) = 0 at a value > 0, by bracketed Newton iteration on
 * log f(log t). A power of t takes one step.
 *
 * @param f The function, its derivative, and the largest t that is tried: default 2⁸⁰. At `end`, f may
 *   be infinite.
 * @throws {RangeError} If f stays below or above the value for every t in [2⁻⁸⁰, end].
 */
export function invertRising(
  { f, dot, end = 1 / FIRST }: {
    readonly f: RealFunction;
    readonly dot: RealFunction;
    readonly end?: number;
  },
  value: number,
): number {
  let low = Math.min(1, end / 2);
  let high = low;
  while (f(low) > value && low > FIRST) low /= 2;
  while (high < end && f(high) < value) high = Math.min(end, 2 * high);
  if (!(f(low) <= value && f(high) >= value)) {
    throw new RangeError(
      `Cannot invert the noise level: σ(t) must reach ${value}, got σ from ${f(low)} to ${f(high)}`,
    );
  }
  let t = Math.sqrt(low * high);
  while (true) {
    const found = f(t);
    if (found === value) return t;
    if (found < value) low = t;
    else high = t;
    const newton = t * Math.exp(Math.log(value / found) * found / (t * dot(t)));
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - t) <= ROOT_TOLERANCE * t) return next;
    t = next;
  }
}
