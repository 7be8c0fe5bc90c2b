import { assertEquals } from "@std/assert";
import { type Best, betterOf, type Metric, metricOf, METRICS } from "../../training/mod.ts";

const scores = { psnr: 30, ssim: 0.9, mae: 0.01, sam: 3, inputPsnr: 20 };
const validation = { ...scores, loss: 0.5, samples: 4 };
const cloudy = { ...scores, psnr: 25, samples: 2 };

Deno.test("metricOf() finds every metric, on all and on cloudy pixels", () => {
  const found = METRICS.map((metric) => metricOf({ ...validation, cloudy }, metric));
  assertEquals(found, [0.5, 30, 0.9, 0.01, 3, 25, 0.9, 0.01, 3]);
  assertEquals(metricOf(validation, "cloudy.psnr"), undefined);
});

Deno.test("betterOf() takes more of PSNR and SSIM and less of the rest, and the earlier of equals", () => {
  const better = (metric: Metric, values: readonly number[]) =>
    values.reduce<Best | undefined>(
      (best, value, step) => betterOf(best, { metric, value, step }),
      undefined,
    )!.step;
  for (const metric of ["psnr", "ssim", "cloudy.psnr", "cloudy.ssim"] as const) {
    assertEquals(better(metric, [1, 3, 2, 3]), 1);
  }
  for (const metric of ["loss", "mae", "sam", "cloudy.mae", "cloudy.sam"] as const) {
    assertEquals(better(metric, [2, 1, 3, 1]), 1);
  }
});
