/** The presets of published systems resolve to cards whose modules fit. */

import { assert, assertEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { type ModelConfig, resolveConfig, samplingLevels, SYSTEMS } from "../../model/mod.ts";
import { drawSigmas } from "../../training/step.ts";
import { MONO } from "./small.ts";

const { schedule: _, steps: __, ...images } = MONO;

for (const [name, preset] of Object.entries(SYSTEMS)) {
  Deno.test(`the system ${name} is a model whose steps, noise and coefficients fit`, () => {
    const { card, modules } = resolveConfig({ ...images, ...preset } as ModelConfig);
    assertEquals(card.steps, preset.steps);
    const levels = samplingLevels(modules, card.steps);
    assertEquals(levels.at(-1)!.sigma, 0);
    const sigmas = drawSigmas(modules, 100, createRng(1));
    for (const sigma of sigmas) {
      const t = modules.schedule.sigmaInverse(sigma);
      const level = { t, sigma, s: modules.schedule.s(t), k: 1 / modules.schedule.s(t) - 1 };
      const coefficients = modules.precond.coefficients(level, 1);
      const weight = modules.weighting.weight(level, coefficients);
      assert(Object.values(coefficients).every(Number.isFinite) && weight > 0 && weight < Infinity);
    }
  });
}
