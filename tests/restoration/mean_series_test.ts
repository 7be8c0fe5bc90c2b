import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { modelMethod } from "../../evaluation/mod.ts";
import type { ModelConfig } from "../../model/mod.ts";
import { restoreSamples, restoreSeries } from "../../restoration/mod.ts";
import { testOn } from "../engines.ts";
import { disposeModel, livelyModel, MONO } from "../model/small.ts";

const [WIDTH, HEIGHT] = [40, 36];
const MODEL: ModelConfig = { ...MONO, length: 3, mean: { type: "composite" } };

/** Dates whose light differs, with a cloud over the middle of the last. */
function series(): { rasters: readonly Raster[]; masks: readonly Uint8Array[] } {
  const hidden = (i: number) => {
    const [y, x] = [Math.floor(i / WIDTH), i % WIDTH];
    return y > 9 && y < 24 && x > 12 && x < 30;
  };
  const rasters = [0.8, 0.9, 1].map((gain, l): Raster => ({
    width: WIDTH,
    height: HEIGHT,
    bands: ["B04", "B03", "B02"],
    dtype: "float32",
    data: Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => {
      const i = Math.floor(at / 3);
      const truth = 2000 + 300 * (at % 3) + 400 * Math.sin(i / 7) + 20 * (i % WIDTH);
      return l === 2 && hidden(i) ? 8000 : gain * truth;
    }),
  }));
  const masks = rasters.map((_, l) =>
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => l === 2 && hidden(i) ? 1 : 0)
  );
  return { rasters, masks };
}

testOn("cpu", "restoreSeries() makes one mean of the whole scene, whatever the batch", async () => {
  const model = livelyModel(MODEL);
  const { rasters, masks } = series();
  const days = [0, 5, 10];
  const one = await restoreSeries(model, rasters, { masks, days, tiles: { batch: 1 } });
  const three = await restoreSeries(model, rasters, { masks, days, tiles: { batch: 3 } });
  // Float32 of 0 … 10000.
  assert(one.data.every((value, i) => Math.abs(value - three.data[i]!) < 0.1));
  // Other dates reach the result.
  const dark = rasters.map((raster, l) =>
    l === 2 ? raster : { ...raster, data: raster.data.map((value) => value / 2 + 500) as never }
  );
  const other = await restoreSeries(model, dark, { masks, days });
  assert(other.data.some((value, i) => Math.abs(value - one.data[i]!) > 1));
  const { mean } = await restoreSamples(model, rasters, { masks, days, ensemble: { samples: 2 } });
  assertEquals(mean.data.length, one.data.length);
  disposeModel(model);
});

testOn(
  "cpu",
  "a model whose mean is made of all dates needs masks",
  async () => {
    const model = livelyModel(MODEL);
    const { rasters, masks } = series();
    await assertRejects(
      () => restoreSeries(model, rasters),
      TypeError,
      "needs a mask of 40×36 pixels for each of 3 dates, got none",
    );
    await assertRejects(
      () => restoreSeries(model, rasters, { masks, days: [1, 2] }),
      TypeError,
      "there must be a day for each of 3 dates, got 2",
    );
    disposeModel(model);
  },
);

testOn("cpu", "modelMethod() gives a mean of all dates the masks of the case", async () => {
  const model = livelyModel(MODEL);
  const { rasters, masks } = series();
  const method = await modelMethod(model);
  const given = { name: "one", target: rasters[2]!, cloudy: rasters, reference: 2 };
  const dates = ["2020-01-01", "2020-01-06", "2020-01-11"];
  const restored = await method.restore({ ...given, dates, found: masks });
  const own = await restoreSeries(model, rasters, { masks, days: [0, 5, 10] });
  assertEquals(restored.data, own.data);
  await assertRejects(() => method.restore({ ...given, found: undefined }), TypeError, "mask");
  disposeModel(model);
});
