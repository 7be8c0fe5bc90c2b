/** A new process in 30 lines: a bridge from x0 to μ that reverts at the rate 1/(1 − t). @module */

import { type Entry, fromDrift, type Schedule } from "../mod.ts";
import { number } from "../core/mod.ts";

/** Options of {@linkcode warmBridge}. */
export interface WarmBridgeOptions {
  /** Standard deviation of the noise at t = 1. Default 0.1. */
  readonly warmth?: number;
}

const DEFAULTS = { warmth: 0.1 } as const;

/** dx = (μ − x)/(1 − t)dt + g·dw: s = 1 − t by Eq. 7, and σ(t) = warmth·t/(1 − t) by the choice of g. */
export function warmBridge({ warmth = DEFAULTS.warmth }: WarmBridgeOptions = {}): Schedule {
  return fromDrift({
    f: (t) => 1 / (1 - t),
    g: (t) => warmth * Math.sqrt(2 * t / (1 - t)),
    end: 1,
  });
}

/** Catalog entry of {@linkcode warmBridge}. */
export const warmBridgeEntry: Entry<WarmBridgeOptions, Schedule> = {
  summary: "a bridge at the rate 1/(1 − t) that ends at μ with some noise",
  create: warmBridge,
  checks: { warmth: number({ above: 0 }) },
  defaults: DEFAULTS,
};
