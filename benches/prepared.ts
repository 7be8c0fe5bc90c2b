/**
 * Scores a model of the composite's residual beside the composite, on whole prepared samples: PSNR of
 * the pixels that are hidden on the reference date, apart where another date shows them and where none
 * does.
 *
 *     deno run -A benches/prepared.ts MODEL.safetensors FOLDER [SAMPLES]
 */

import { loadModel } from "../checkpoints/mod.ts";
import { createRng, mean } from "../core/mod.ts";
import { openDataset, readPreparedIndex } from "../datasets/mod.ts";
import { useEngine } from "../engine/mod.ts";
import { EVIDENCE, restoreImages } from "../model/mod.ts";

/** Pixels below which a group of a sample is not scored. */
const LEAST_PIXELS = 500;

const GROUPS = ["hidden", "seen", "unseen"] as const;
type Group = typeof GROUPS[number];

/** PSNR in dB for a data range of 10000 DN. */
const decibels = (squares: number, pixels: number) => 80 - 10 * Math.log10(squares / pixels);

const [file, root, limit = "Infinity"] = Deno.args;
if (file === undefined || root === undefined) {
  console.error("usage: prepared.ts MODEL.safetensors FOLDER [SAMPLES]");
  Deno.exit(2);
}
await useEngine("native", { threads: 2 });
const model = await loadModel(file);
const bands = model.card.bands.map(({ name }) => name);
const { side } = await readPreparedIndex(root);
const data = await openDataset({ type: "prepared", root, hidden: 0 }, {
  ...{ tileSize: side, length: 1, bands },
});
const scores: Record<Group, { readonly composite: number; readonly model: number }[]> = {
  ...{ hidden: [], seen: [], unseen: [] },
};
for (let i = 0; i < Math.min(Number(limit), data.size); i++) {
  const { cloudy, target, mean: made } = await data.sample(i, createRng(7));
  const size = { batch: 1, length: 1, height: side, width: side };
  const { image } = await restoreImages(model, { ...size, cloudy, mean: made!, reference: 0 });
  const sums = { hidden: [0, 0, 0], seen: [0, 0, 0], unseen: [0, 0, 0] };
  for (let pixel = 0; pixel < side * side; pixel++) {
    // Support is 1 on clear ground of the reference and −1 where no date is clear.
    const support = made!.evidence[pixel * EVIDENCE.length]!;
    if (support === 1) continue;
    const error = (values: Float32Array) =>
      mean(bands.map((_, b) => {
        const at = pixel * bands.length + b;
        return (values[at]! - target[at]!) ** 2;
      }));
    const [before, after] = [error(made!.image), error(image)];
    for (const group of ["hidden", support > -1 ? "seen" : "unseen"] as const) {
      const sum = sums[group];
      sum[0]! += before;
      sum[1]! += after;
      sum[2]! += 1;
    }
  }
  for (const group of GROUPS) {
    const [before, after, pixels] = sums[group] as [number, number, number];
    if (pixels <= LEAST_PIXELS) continue;
    scores[group].push({ composite: decibels(before, pixels), model: decibels(after, pixels) });
  }
}
for (const group of GROUPS) {
  const all = scores[group];
  const better = all.filter(({ composite, model }) => model > composite).length;
  const [before, after] = [mean(all.map((s) => s.composite)), mean(all.map((s) => s.model))];
  console.log(
    `${group.padEnd(7)} composite ${before.toFixed(2)} dB, model ${after.toFixed(2)} dB, ` +
      `better on ${better} of ${all.length} samples`,
  );
}
Deno.exit();
