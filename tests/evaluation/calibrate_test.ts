import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { loadModel, saveModel } from "../../checkpoints/mod.ts";
import { createRng, OptionsError } from "../../core/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { calibrate, fitDeviations } from "../../evaluation/mod.ts";
import { parseCard, stringifyCard } from "../../model/mod.ts";
import { restoreSamples, samplingOf } from "../../restoration/mod.ts";
import { cloudyDates, inFolder, tinyModel } from "../restoration/tiny.ts";

await useEngine("cpu");

Deno.test("a calibration is measured, saved in the model file, and applied to the ensemble spread", () =>
  inFolder(async (folder) => {
    const model = tinyModel();
    const cloudy = cloudyDates({ width: 32, height: 24 });
    const mask = Uint8Array.from({ length: 32 * 24 }, (_, i) => i % 32 < 16 ? 1 : 0);
    const cases = [{ cloudy, target: cloudy[0]!, reference: 2, mask }];
    const data = "a toy scene";
    const { card, calibration, before, after } = await calibrate(model, cases, {
      samples: 3,
      data,
    });
    assertEquals([calibration.samples, calibration.data], [3, data]);
    assertEquals(calibration.sampling, card.sampling);
    assert(after.ence < before.ence && Math.abs(after.ratio - 1) < 0.25);
    assertEquals(calibration.floor!.length, 4);
    // The mask covers half of the pixels.
    assertEquals(before.count, 16 * 24 * 4);

    const path = `${folder}/model.safetensors`;
    await saveModel({ ...model, card }, path);
    const loaded = await loadModel(path);
    assertEquals(stringifyCard(loaded.card), stringifyCard(card));
    const options = { ensemble: { samples: 3 }, reference: 2 };
    assertEquals(samplingOf(loaded, options).ensemble.factor, calibration.factor);
    const plain = await restoreSamples(model, cloudy, options);
    const ours = await restoreSamples(loaded, cloudy, options);
    assertEquals(ours.mean.data, plain.mean.data);
    for (const [i, value] of plain.deviation.data.entries()) {
      const wanted = Math.hypot(value * calibration.factor, calibration.floor![i % 4]!);
      assertAlmostEquals(ours.deviation.data[i]!, wanted, 1e-5 * Math.max(wanted, 1));
    }
    // It does not apply to another sampling.
    const other = samplingOf(loaded, { ...options, steps: 7 });
    assertEquals(other.ensemble.factor, 1);
    assert(other.text.calibration.startsWith("none"));
  }));

Deno.test("fitDeviations() recovers floors and factor of synthetic errors", () => {
  const rng = createRng(5);
  const count = 2 * 80_000;
  const spread = rng.fork("spread").uniforms(count).map((u) => 30 ** u);
  const floor = [4, 60];
  const error = rng.fork("error").normals(count)
    .map((z, i) => z * Math.hypot(floor[i % 2]!, 3 * spread[i]!));
  const found = fitDeviations([{ deviation: spread, error, channels: 2 }], { bands: 2 });
  // Bins of 5000 squares are off by √(2/5000) = 2 % each.
  assertAlmostEquals(found.factor, 3, 0.1);
  assertAlmostEquals(found.floor[0]!, 4, 0.5);
  assertAlmostEquals(found.floor[1]!, 60, 2);
});

Deno.test("a card's calibration is checked, and cards without one stay as they are", () => {
  const { card } = tinyModel();
  assert(!stringifyCard(card).includes("calibration"));
  assert(!Object.hasOwn(parseCard(JSON.parse(stringifyCard(card))), "calibration"));
  const sampling = { steps: 2, sampler: { type: "euler" }, timesteps: { type: "karras" } };
  const calibration = { factor: 2, samples: 4, sampling, data: "toys" };
  const parsed = JSON.stringify(parseCard({ ...card, calibration }).calibration);
  assertEquals(JSON.parse(parsed), calibration);
  for (
    const wrong of [{ factor: 0 }, { floor: [1] }, { samples: 1 }, { data: 3 }, { sampling: {} }, {
      more: 1,
    }]
  ) {
    assertThrows(
      () => parseCard({ ...card, calibration: { ...calibration, ...wrong } }),
      OptionsError,
      "$.calibration",
    );
  }
});
