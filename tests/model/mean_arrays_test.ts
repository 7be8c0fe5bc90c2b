import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createRng, OptionsError } from "../../core/mod.ts";
import {
  EVIDENCE,
  meanArrays,
  type ModelConfig,
  parseCard,
  resolveCard,
  restoreImages,
  type RestoreInput,
  stringifyCard,
} from "../../model/mod.ts";
import { maxDifference, testOn } from "../engines.ts";
import { disposeModel, livelyModel, MONO } from "./small.ts";

const SIDE = 16;
const PIXELS = SIDE * SIDE;
const BANDS = 3;

/** Three dates of smooth ground whose light differs, with a cloud on the last in its left half. */
const COMPOSITE: ModelConfig = { ...MONO, length: 3, mean: { type: "composite" } };

/** Results are in digital numbers of 0 … 10000: 1e-5 of that. */
const ROUNDING = 0.1;

function ground(b: number, band: number, pixel: number): number {
  const [y, x] = [Math.floor(pixel / SIDE), pixel % SIDE];
  return 1500 + 400 * band + 60 * y + 300 * Math.sin(x / 3 + b) + 200 * Math.cos(y / 2 + band);
}

/** B scenes: the ground, gains 0.8 and 0.9 on the other dates, cloud over the reference. */
function scenes(batch: number): RestoreInput & { readonly masks: Uint8Array } {
  const length = 3;
  const cloudy = new Float32Array(batch * length * PIXELS * BANDS);
  const masks = new Uint8Array(batch * length * PIXELS);
  for (let b = 0; b < batch; b++) {
    for (let l = 0; l < length; l++) {
      for (let i = 0; i < PIXELS; i++) {
        const at = (b * length + l) * PIXELS + i;
        const hidden = l === 2 && i % SIDE < SIDE / 2;
        masks[at] = hidden ? 1 : 0;
        for (let c = 0; c < BANDS; c++) {
          cloudy[at * BANDS + c] = hidden ? 8000 : ground(b, c, i) * (0.8 + 0.1 * l);
        }
      }
    }
  }
  const days = Array.from({ length: batch }, () => [0, 10, 20]);
  return { batch, length, height: SIDE, width: SIDE, cloudy, masks, days };
}

Deno.test("a card names its mean only where it is not cloudy", () => {
  const plain = stringifyCard(resolveCard(MONO));
  assert(!plain.includes('"mean":'));
  assertEquals(stringifyCard(resolveCard({ ...MONO, mean: { type: "cloudy" } })), plain);
  const card = resolveCard(COMPOSITE);
  assertEquals(card.modules.mean?.type, "composite");
  assertEquals(card.condition.order, ["cloudy", "mean", "evidence"]);
  assertEquals(card.modules.network.inChannels, 3 * BANDS + EVIDENCE.length);
  assertEquals(stringifyCard(parseCard(JSON.parse(stringifyCard(card)))), stringifyCard(card));
});

Deno.test("a card's condition must fit its mean", () => {
  const condition = (order: string[]) => ({ order, auxiliary: [] }) as ModelConfig["condition"];
  assertThrows(
    () => resolveCard({ ...MONO, condition: condition(["cloudy", "evidence"]) }),
    OptionsError,
    "must have evidence only where a mean is made of all dates",
  );
  assertThrows(
    () => resolveCard({ ...COMPOSITE, condition: condition(["cloudy", "reference"]) }),
    OptionsError,
    "must not mark the reference",
  );
});

Deno.test("meanArrays() shows the ground of other dates under cloud, and says what it knows", () => {
  const { card, modules } = livelyModel(COMPOSITE);
  const { cloudy, masks, days, batch, length, height, width } = scenes(2);
  const size = { batch, length, height, width };
  const made = meanArrays(modules.mean, card, { size, cloudy, masks, days, reference: [2, 2] });
  assertEquals(made.image.length, 2 * PIXELS * BANDS);
  assertEquals(made.evidence.length, 2 * PIXELS * EVIDENCE.length);
  for (let b = 0; b < 2; b++) {
    // Away from the cloud's rim, clear pixels come back bit for bit.
    const clear = (b * PIXELS + SIDE - 1) * BANDS;
    const from = ((b * length + 2) * PIXELS + SIDE - 1) * BANDS;
    assertEquals(
      made.image.slice(clear, clear + BANDS),
      Float32Array.from(cloudy).slice(from, from + BANDS),
    );
    assertEquals([...made.evidence.slice((b * PIXELS + SIDE - 1) * 4, (b * PIXELS + SIDE) * 4)], [
      1,
      -1,
      -1,
      -1,
    ]);
    // Under it, the ground: 8000 without the mean.
    for (let c = 0; c < BANDS; c++) {
      const hidden = (b * PIXELS + 8 * SIDE) * BANDS + c;
      const truth = ground(b, c, 8 * SIDE);
      // Nearer than the nearest date itself, whose light differs by a tenth.
      assert(Math.abs(made.image[hidden]! - truth) < 0.1 * truth);
    }
    const [support, age, error, share] = made.evidence.slice((b * PIXELS + 8 * SIDE) * 4);
    assert(support! < 1 && support! > -1);
    assertAlmostEquals(age!, 2 * 10 / 40 - 1, 1e-6);
    assert(error! > -1 && error! < 1);
    assertAlmostEquals(share!, 2 / 3 - 1, 1e-6);
  }
});

testOn("cpu", "restoreImages() with a mean of all dates does not depend on batches", async () => {
  const model = livelyModel(COMPOSITE);
  const all = scenes(3);
  const { image } = await restoreImages(model, all);
  assertEquals(image.length, 3 * PIXELS * BANDS);
  const own = all.length * PIXELS;
  for (let b = 0; b < 3; b++) {
    const one = await restoreImages(model, {
      ...all,
      batch: 1,
      cloudy: Float32Array.from(all.cloudy).slice(b * own * BANDS, (b + 1) * own * BANDS),
      masks: all.masks.slice(b * own, (b + 1) * own),
      days: [all.days![b]!],
    });
    const part = image.slice(b * PIXELS * BANDS, (b + 1) * PIXELS * BANDS);
    assert(maxDifference(one.image, part) < ROUNDING);
  }
  disposeModel(model);
});

testOn("cpu", "restoreImages() takes a mean that was made before", async () => {
  const model = livelyModel(COMPOSITE);
  const { days, masks, cloudy, ...size } = scenes(1);
  const { image } = await restoreImages(model, { ...size, cloudy, masks, days });
  const mean = meanArrays(model.modules.mean, model.card, {
    ...{ size, cloudy, masks, days, reference: [2] },
  });
  const given = await restoreImages(model, {
    ...size,
    length: 1,
    cloudy: Float32Array.from(cloudy).slice(2 * PIXELS * BANDS),
    mean,
  });
  assertEquals(given.image, image);
  // The evidence reaches the network.
  const blind = { ...mean, evidence: mean.evidence.map(() => 0) };
  const other = await restoreImages(model, {
    ...size,
    length: 1,
    cloudy: Float32Array.from(cloudy).slice(2 * PIXELS * BANDS),
    mean: blind,
  });
  assert(maxDifference(other.image, image) > ROUNDING);
  disposeModel(model);
});

testOn("cpu", "restoreImages() with a mean of all dates needs masks", async () => {
  const model = livelyModel(COMPOSITE);
  const { masks: _, ...unmasked } = scenes(1);
  await assertRejects(
    () => restoreImages(model, unmasked),
    TypeError,
    "the model's mean is composite, which needs the masks of all 3 dates, got none",
  );
  const cloudy = livelyModel(MONO);
  const image = createRng(1).uniforms(PIXELS * BANDS);
  const mean = { image, evidence: new Float32Array(0), dates: image, errors: image };
  await assertRejects(
    () => restoreImages(cloudy, { ...unmasked, length: 1, cloudy: mean.image, mean }),
    TypeError,
    "the model's mean is the cloudy image, got a mean",
  );
  disposeModel(model);
  disposeModel(cloudy);
});
