/**
 * θ̄(t) = ∫₀ᵗ θ: the integrated reversion rate of Ornstein–Uhlenbeck processes on t in [0, 1], with
 * the shapes of θ(t) of IR-SDE (Luo et al. 2023).
 *
 * @module
 */

import { oneOf } from "../core/mod.ts";
import { invertRising } from "./quadrature.ts";

/** Shape of θ(t): constant, rising linearly from 0, or IR-SDE's flipped cosine. */
export type ReversionShape = "constant" | "linear" | "cosine";

/** Check of a {@linkcode ReversionShape}. */
export const reversionShape = oneOf("constant", "linear", "cosine");

/** θ(t) and its integral on [0, 1]. */
export interface Reversion {
  /** θ(t). */
  readonly rate: (t: number) => number;
  /** θ̄(t) = ∫₀ᵗ θ. */
  readonly total: (t: number) => number;
  /** The t with θ̄(t) = value; above 1 for values above θ̄(1). */
  readonly inverse: (value: number) => number;
}

/** Offset of the cosine, as in Nichol and Dhariwal (2021). */
const OFFSET = 0.008;

/** Phase a + b·t of the cosine. */
const PHASE = {
  a: OFFSET / (1 + OFFSET) * Math.PI / 2,
  b: 1 / (1 + OFFSET) * Math.PI / 2,
} as const;

/** First cosine squared, to which the others are relative. */
const FIRST = Math.cos(PHASE.a) ** 2;

/** Below this t, 1 − cos² and its integral are differences of nearly equal numbers. */
const SERIES = 1e-3;

/** 1 − cos²(a + bt)/cos²(a) = (sin²(a + bt) − sin²a)/cos²a = sin(bt)·sin(2a + bt)/cos²a. */
function cosineRate(t: number): number {
  const { a, b } = PHASE;
  return Math.sin(b * t) * Math.sin(2 * a + b * t) / FIRST;
}

/** The integral of {@linkcode cosineRate} from 0. */
function cosineTotal(t: number): number {
  const { a, b } = PHASE;
  if (t < SERIES) {
    // The integrand is (cos 2a − cos(2a + 2bt))/(2cos²a): its Taylor series to the order of t⁵.
    const u = 2 * b * t;
    const [sin, cos] = [Math.sin(2 * a), Math.cos(2 * a)];
    const sum = sin * u ** 2 / 2 + cos * u ** 3 / 6 - sin * u ** 4 / 24 - cos * u ** 5 / 120 +
      sin * u ** 6 / 720;
    return sum / (4 * b * FIRST);
  }
  const cosines = t / 2 + (Math.sin(2 * (a + b * t)) - Math.sin(2 * a)) / (4 * b);
  return t - cosines / FIRST;
}

/** Shapes with ∫₀¹ as it comes; {@linkcode reversion} scales them. */
const SHAPES: Readonly<Record<ReversionShape, Omit<Reversion, "inverse">>> = {
  constant: { rate: () => 1, total: (t) => t },
  linear: { rate: (t) => t, total: (t) => t ** 2 / 2 },
  cosine: { rate: cosineRate, total: cosineTotal },
};

/** θ(t) of a shape, scaled to θ̄(1) = −ln δ, at which e^(−θ̄) = δ. */
export function reversion(
  { shape, delta }: { readonly shape: ReversionShape; readonly delta: number },
): Reversion {
  const { rate, total } = SHAPES[shape];
  const scale = -Math.log(delta) / total(1);
  const scaled = (t: number) => scale * total(t);
  const dot = (t: number) => scale * rate(t);
  return {
    rate: dot,
    total: scaled,
    inverse: (value) => {
      if (value === 0) return 0;
      if (shape === "constant") return value / scale;
      if (shape === "linear") return Math.sqrt(2 * value / scale);
      const end = scaled(1);
      // Beyond the end the answer says only that it is beyond.
      return value > end ? value / end : invertRising({ f: scaled, dot, end: 1 }, value);
    },
  };
}
