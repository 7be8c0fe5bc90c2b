import { assertEquals, assertThrows } from "@std/assert";
import { builtins } from "../../builtins.ts";
import { OptionsError } from "../../core/mod.ts";
import { defaultSampling, modelFromCard, resolveCard } from "../../model/mod.ts";
import { euler } from "../../samplers/mod.ts";
import { MONO } from "./small.ts";

const WEIGHTS = { params: {}, buffers: {} };
const card = resolveCard(MONO);

Deno.test("defaultSampling() has churn γ = 1 and ends at σ = 1", () => {
  const { steps, sampler, timesteps } = defaultSampling(card);
  assertEquals(steps, card.steps);
  assertEquals(sampler, { ...card.modules.sampler, sChurn: steps });
  assertEquals(timesteps, { ...card.modules.timesteps, sigmaMin: 1 });
  assertEquals(defaultSampling({ ...card, steps: 1 }).steps, 2);
});

Deno.test("an ensemble is drawn by the card's sampling, else by the default one", () => {
  const { ensemble } = modelFromCard(card, WEIGHTS).modules;
  assertEquals(ensemble.sampling, defaultSampling(card));
  assertEquals(ensemble.timesteps.sigmas(3).at(-2), 1);
  assertEquals(ensemble.isCalibrated, false);
  const sampling = {
    steps: 7,
    sampler: { type: "heun" },
    timesteps: { type: "karras", sigmaMin: 0.25 },
  };
  const own = modelFromCard({ ...card, sampling }, WEIGHTS).modules.ensemble;
  assertEquals(own.sampling, sampling);
  assertEquals(own.timesteps.sigmas(3).at(-2), 0.25);
});

Deno.test("a sampler without churn draws ensembles as it draws single images", () => {
  const registry = builtins.with({
    sampler: {
      plain: { summary: "Euler without options", create: () => euler(), checks: {}, defaults: {} },
    },
  });
  const plain = { ...card, modules: { ...card.modules, sampler: { type: "plain" } } };
  const { ensemble } = modelFromCard(plain, WEIGHTS, { registry }).modules;
  assertEquals(ensemble.sampling.sampler, { type: "plain" });
});

Deno.test("a sampling or a calibration with an unknown option names its path", () => {
  const sampling = { ...defaultSampling(card), sampler: { type: "euler", churn: 1 } };
  const calibration = { factor: 1, samples: 4, sampling, data: "a test" };
  for (
    const [change, path] of [
      [{ sampling }, "$.sampling.sampler.churn"],
      [{ calibration }, "$.calibration.sampling.sampler.churn"],
    ] as const
  ) {
    const error = assertThrows(
      () => modelFromCard({ ...card, ...change }, WEIGHTS),
      OptionsError,
    );
    assertEquals(error.path, path);
  }
});
