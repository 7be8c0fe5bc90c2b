/** The numbers of docs/metrics.md: two clear days of one place by all profiles. */

import { assertEquals } from "@std/assert";
import { toReflectance } from "../../core/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { METRIC_PROFILES, type ProfileName } from "../../metrics/mod.ts";

const folder = new URL("../../../shared/data/sen12mscr_ts/", import.meta.url);
const image = (n: number, date: string) =>
  new URL(`s2_ROIs2017_146_ImgNo_${n}_${date}_patch_0.tif`, folder);
const TARGET = image(16, "2018-07-20");
const PREDICTION = image(17, "2018-07-30");

Deno.test({
  name: "two clear days of a real place have the scores that docs/metrics.md says",
  ignore: !await Deno.stat(TARGET).then(() => true, () => false),
  fn: async () => {
    const [target, prediction] = await Promise.all(
      [TARGET, PREDICTION].map((file) => readRaster(file)),
    );
    const { height, width, bands } = target!;
    const rgb = ["B4", "B3", "B2"].map((name) =>
      bands.findIndex((band) => band.replace("B0", "B") === name)
    );
    const visible = (data: ArrayLike<number>) =>
      Float32Array.from(
        { length: height * width * 3 },
        (_, i) => data[Math.floor(i / 3) * bands.length + rgb[i % 3]!]!,
      );
    const images = {
      height,
      width,
      channels: 3,
      target: visible(toReflectance(target!)),
      prediction: visible(toReflectance(prediction!)),
    };
    const text = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));
    for (const [name, profile] of Object.entries(METRIC_PROFILES)) {
      const row = text.match(new RegExp(`^\\| \`${name as ProfileName}\` +\\| (\\d.*) \\|$`, "m"));
      const { psnr, ssim, mae, sam } = await profile.score(images);
      assertEquals(
        row?.[1]?.split("|").map((cell) => cell.trim()),
        [psnr.toFixed(2), ssim.toFixed(3), mae.toFixed(4), sam.toFixed(2)],
        name,
      );
    }
  },
});
