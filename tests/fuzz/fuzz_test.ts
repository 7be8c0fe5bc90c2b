/** Short runs of the fuzzer; `deno task fuzz` is the long form. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { slowTest } from "../slow.ts";
import { drawsOf } from "./draws.ts";
import { fuzz } from "./fuzz.ts";
import { fuzzTable } from "./main.ts";
import { isTyped } from "./outcome.ts";
import type { FuzzReader, Seed } from "./reader.ts";
import { READERS } from "./readers.ts";
import { runInput, writeInput } from "./run_input.ts";
import { ownTiffSeeds, tiffSeeds } from "./tiff_seeds.ts";
import { parseTiff, writeTiff } from "./tiff_file.ts";
import { readRaster } from "../../rasters/mod.ts";
import { InputError, OptionsError } from "../../core/mod.ts";

/** Runs `work` in a folder of its own. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "emrdm-fuzz-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Seeds that need no GDAL. */
async function quickSeeds(reader: FuzzReader, folder: string): Promise<readonly Seed[]> {
  if (reader.seeds === undefined) return [];
  return reader.seeds === tiffSeeds || reader.name === "servers"
    ? ownTiffSeeds().filter(({ name }) => !name.includes("dense"))
    : await reader.seeds(folder);
}

for (const reader of READERS) {
  Deno.test(`fuzzed ${reader.name} end in a result or a typed error`, () =>
    inFolder(async (folder) => {
      const seeds = await quickSeeds(reader, folder);
      for (let index = 0; index < 40; index++) {
        const input = reader.mutate(drawsOf({ seed: 1, reader: reader.name, index }), seeds);
        const own = `${folder}/${index}`;
        await Deno.mkdir(own);
        writeInput(own, input);
        const outcome = await runInput(reader, { folder: own, input, index, oracle: undefined });
        // Tests of other files share this process: time and memory count in workers only.
        const isSound = outcome.kind !== "untyped" && outcome.kind !== "wrong";
        assert(isSound, `${reader.name} ${index}: ${outcome.kind} ${outcome.message}`);
      }
    }));
}

Deno.test("equal seeds give equal inputs, others do not", async () => {
  await inFolder(async (folder) => {
    for (const reader of READERS) {
      const seeds = await quickSeeds(reader, folder);
      const make = (seed: number) =>
        Array.from(
          { length: 10 },
          (_, index) => reader.mutate(drawsOf({ seed, reader: reader.name, index }), seeds),
        );
      assertEquals(make(1), make(1));
      assertNotEquals(make(1), make(2));
    }
  });
});

Deno.test("the fuzzer's own TIFF writer writes what the reader reads", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    for (const { name, bytes } of ownTiffSeeds().filter(({ name }) => !name.includes("dense"))) {
      await Deno.writeFile(path, bytes);
      const raster = await readRaster(path);
      await Deno.writeFile(path, writeTiff(parseTiff(bytes)));
      assertEquals(await readRaster(path), raster, name);
    }
  }));

Deno.test("isTyped() tells our errors from those of the engine", () => {
  assert(isTyped(new InputError("Cannot read raster a.tif: it is cut off")));
  assert(isTyped(new OptionsError("$.steps", "must be an integer ≥ 1, got 0")));
  assert(isTyped(new RangeError("Cannot read raster a.tif: the window must lie inside")));
  assert(!isTyped(new InputError("Cannot read raster a.tif: Cannot read properties of undefined")));
  assert(!isTyped(new TypeError("x is not a function")));
  assert(!isTyped(new Error("Cannot read a.tif: it is cut off")));
  assert(!isTyped("text"));
});

slowTest("fuzz() finds no untyped error, hang or unexplained difference from GDAL", async () => {
  const result = await fuzz({ inputs: 2000, seed: 7, workers: 2 });
  console.log(fuzzTable(result));
  assertEquals(result.failures, []);
});
