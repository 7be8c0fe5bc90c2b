import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { exponential, fromDrift, power, rational, type Schedule } from "../../schedules/mod.ts";
import { testSchedule } from "../contracts/mod.ts";

/** f = −ṡ/s and g = s·√(2σσ̇): the SDE (Eq. 3) of a schedule. */
function driftOf(schedule: Schedule): { f(t: number): number; g(t: number): number } {
  return {
    f: (t) => -schedule.sDot(t) / schedule.s(t),
    g: (t) => schedule.s(t) * Math.sqrt(2 * schedule.sigma(t) * schedule.sigmaDot(t)),
  };
}

/** Relative error of adaptive quadrature, nested once. */
const QUADRATURE_ERROR = 1e-9;

/** A kink is confined to a millionth of an octave. */
const KINK_ERROR = 1e-8;

testSchedule("fromDrift(rational())", () => fromDrift(driftOf(rational())));
testSchedule(
  "fromDrift() of a variance-preserving process",
  // dx = ½β(μ − x)dt + √β dw with β = 1: σ(t)² = eᵗ − 1.
  () => fromDrift({ f: () => 0.5, g: () => 1 }),
);

const KNOWN: readonly (readonly [string, Schedule])[] = [
  ["rational({ alpha: 3 })", rational({ alpha: 3 })],
  ["exponential({ theta: 0.2 })", exponential({ theta: 0.2 })],
  ["power({ p: 2, q: 5 })", power({ p: 2, q: 5 })],
];

for (const [name, known] of KNOWN) {
  Deno.test(`fromDrift() reproduces ${name}`, () => {
    const found = fromDrift(driftOf(known));
    for (const t of [100, 1e-6, 1e-3, 0.2, 1, 7.5]) {
      assertAlmostEquals(found.s(t) / known.s(t), 1, QUADRATURE_ERROR);
      assertAlmostEquals(found.sigma(t) / t, 1, QUADRATURE_ERROR);
      assertAlmostEquals(found.sigmaDot(t), 1, QUADRATURE_ERROR);
      assertAlmostEquals(found.sDot(t) / known.sDot(t), 1, QUADRATURE_ERROR);
      assertAlmostEquals(found.sigmaInverse(t) / t, 1, QUADRATURE_ERROR);
    }
  });
}

Deno.test("fromDrift() reproduces power({ p: 0.5 }), whose f is infinite at 0", () => {
  const known = power({ p: 0.5, q: 2 });
  const found = fromDrift(driftOf(known));
  for (const t of [1e-3, 1, 50]) assertAlmostEquals(found.s(t) / known.s(t), 1, QUADRATURE_ERROR);
});

Deno.test("fromDrift() integrates a drift with a kink", () => {
  // ∫f = t − t²/1.4 up to 0.7, then 0.35.
  const found = fromDrift({ f: (t) => Math.max(0, 1 - t / 0.7), g: () => 1 });
  assertAlmostEquals(found.s(0.5), Math.exp(-(0.5 - 0.25 / 1.4)), KINK_ERROR);
  assertAlmostEquals(found.s(3), Math.exp(-0.35), KINK_ERROR);
  // σ² = ∫ (10⁻⁶ + max(0, t − 0.3))².
  const late = fromDrift({ f: () => 0, g: (t) => 1e-6 + Math.max(0, t - 0.3) });
  assertAlmostEquals(late.sigma(3) ** 2, 2.7 ** 3 / 3 + 1e-6 * 2.7 ** 2, KINK_ERROR);
  assertAlmostEquals(late.sigmaInverse(late.sigma(2.5)), 2.5, KINK_ERROR);
});

Deno.test("fromDrift() gives the same numbers in any order of calls", () => {
  const make = () => fromDrift(driftOf(rational()));
  const late = make();
  late.sigma(1000);
  assertEquals(late.sigma(0.37), make().sigma(0.37));
});

Deno.test("fromDrift() refuses a σ that is never reached", () => {
  // σ² = ∫ e^(−2t) stays below ½.
  const bounded = fromDrift({ f: () => 0, g: (t) => Math.exp(-t) });
  assertThrows(() => bounded.sigmaInverse(1), RangeError, "must reach 1");
});
