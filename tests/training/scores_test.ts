import { assertAlmostEquals, assertEquals } from "@std/assert";
import { psnr, sam, ssim, visualMeter } from "../../metrics/mod.ts";
import { meanScores, sampleScores } from "../../training/scores.ts";

const SIDE = 12;
const image = (f: (i: number) => number) =>
  Float32Array.from({ length: SIDE * SIDE * 2 }, (_, i) => f(i));
const target = image((i) => 100 + i);
const restored = image((i) => 103 + i);
const input = image((i) => 120 + i);
const size = { height: SIDE, width: SIDE, channels: 2, dataRange: 1000 };

Deno.test("sampleScores() are the metrics, the error relative to the range", () => {
  const found = sampleScores({ restored, input, target }, size);
  const measure = visualMeter(target, { ...size, regions: { all: undefined } });
  const { weave, contrast } = measure(restored).all;
  assertEquals(found, {
    psnr: psnr(restored, target, size),
    ssim: ssim(restored, target, size),
    mae: 3 / 1000,
    sam: sam(restored, target, size),
    inputPsnr: psnr(input, target, size),
    meanPsnr: undefined,
    weave: weave ?? undefined,
    contrast: contrast ?? undefined,
  });
  const mean = image((i) => 101 + i);
  assertEquals(
    sampleScores({ restored, input, mean, target }, size).meanPsnr,
    psnr(mean, target, size),
  );
  assertAlmostEquals(found.inputPsnr!, 20 * Math.log10(1000 / 20), 1e-9);
});

Deno.test("sampleScores() leaves out what the pixels do not have, and bounds a perfect PSNR", () => {
  const black = new Float32Array(target.length);
  const mask = new Uint8Array(SIDE * SIDE);
  mask[0] = 1;
  const images = { restored: target, input: target, target };
  assertEquals(sampleScores(images, { ...size, mask }).ssim, undefined);
  assertEquals(sampleScores({ ...images, restored: black }, size).sam, undefined);
  assertEquals(sampleScores(images, size).psnr, 100);
});

Deno.test("meanScores() averages each score over the samples that have it", () => {
  const one = {
    ...{ psnr: 30, ssim: undefined, mae: 0.2, sam: 4, inputPsnr: 10 },
    ...{ meanPsnr: undefined, weave: undefined, contrast: undefined },
  };
  assertEquals(meanScores([one, { ...one, psnr: 20, ssim: 0.5 }]), {
    psnr: 25,
    ssim: 0.5,
    mae: 0.2,
    sam: 4,
    inputPsnr: 10,
  });
  assertEquals(meanScores([one]), { psnr: 30, mae: 0.2, sam: 4, inputPsnr: 10 });
});
