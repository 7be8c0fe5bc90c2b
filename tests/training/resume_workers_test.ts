/** A run that changes its number of Workers with every resume, on files of which one is bad. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Raster } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { tf } from "../../engine/mod.ts";
import { train } from "../../training/mod.ts";
import { testOn } from "../engines.ts";
import { SIZE, tinyExperiment } from "./tiny.ts";
import { RUN_SLOW } from "../slow.ts";

const SIDE = SIZE + 4;

function raster(base: number): Raster {
  const data = Uint16Array.from({ length: SIDE * SIDE * 2 }, (_, i) => base + (i * 37) % 101);
  return { width: SIDE, height: SIDE, bands: ["B04", "B08"], data, dtype: "uint16" };
}

/** Seven samples of two frames; a frame of the fourth is no image. */
async function writeSamples(root: string): Promise<void> {
  for (const kind of ["clear", "cloudy"]) await Deno.mkdir(`${root}/${kind}`, { recursive: true });
  for (let i = 0; i < 7; i++) {
    await writeCog(`${root}/clear/${i}.tif`, raster(1000 + 200 * i));
    await writeCog(`${root}/cloudy/${i}_0.tif`, raster(3000 + 200 * i));
    await writeCog(`${root}/cloudy/${i}_1.tif`, raster(4000 + 200 * i));
  }
  await Deno.writeTextFile(`${root}/cloudy/3_1.tif`, "no image");
}

for (const engine of ["wasm", "native"] as const) {
  testOn(
    engine,
    "a run resumed with other numbers of Workers is the same run, bit for bit",
    async () => {
      const root = await Deno.makeTempDir();
      try {
        await writeSamples(`${root}/data`);
        const experiment = tinyExperiment({
          data: { train: { type: "folder", root: `${root}/data` } },
          steps: 8,
          accumulate: 2,
          skipBad: true,
          checkpointEvery: 3,
        });

        /** Trains until a step, or to the end. */
        const run = async (out: string, workers: number, stop?: number) => {
          const control = new AbortController();
          const finished = train(experiment, {
            ...{ out, workers, resume: true, signal: control.signal },
            onProgress: ({ step }) => step === stop && control.abort(new Error("enough")),
          });
          if (stop !== undefined) return void await assertRejects(() => finished, Error, "enough");
          const { model: { weights } } = await finished;
          tf.dispose([{ ...weights.params }, { ...weights.buffers }]);
        };
        await run(`${root}/straight`, 0);
        await run(`${root}/parts`, 2, 2);
        await run(`${root}/parts`, 1, 4);
        await run(`${root}/parts`, 0, 5);
        await run(`${root}/parts`, 3);

        const read = (name: string) => Deno.readFile(`${root}/${name}`);
        for (const file of ["checkpoints/last.safetensors", "model.safetensors"]) {
          assertEquals(await read(`parts/${file}`), await read(`straight/${file}`), file);
        }
        const log = async (run: string) =>
          (await Deno.readTextFile(`${root}/${run}/log.jsonl`)).trimEnd().split("\n")
            .map((line) => ({ ...JSON.parse(line), seconds: undefined }));
        const lines = await log("straight");
        assertEquals(await log("parts"), lines);
        // 8 steps of 4 samples are four epochs of seven and four samples more.
        const skipped = lines.flatMap(({ skipped = [] }) => skipped);
        assert(skipped.length >= 4 && skipped.length <= 5, `${skipped.length} samples left out`);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
    { ignore: engine === "native" && !RUN_SLOW },
  );
}
