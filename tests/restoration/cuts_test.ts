/** However a scene is cut, its pixels are the same. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PixelArray, Raster } from "../../core/mod.ts";
import type { RasterWindow } from "../../rasters/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { restoreRows, type RestoreRowsOptions, type RowsReport } from "../../restoration/mod.ts";
import { detectorMask } from "../../restoration/rows/mask_sources.ts";
import { sceneInMemory } from "../../restoration/scene_in_memory.ts";
import { DETECTOR_MARGIN } from "../../clouds/mod.ts";
import { BANDS, cloudyDates, tinyModel } from "./tiny.ts";
import { slowTest } from "../slow.ts";

await useEngine("cpu");

// With masks, its input has the cloud fill.
const tiny = tinyModel();
const model = { ...tiny, card: { ...tiny.card, opaqueCloud: [7000, 6900, 7100, 8000] } };
const SIZE = { width: 70, height: 61 };
const frames = cloudyDates(SIZE, 2);
const scene = sceneInMemory(model, frames, { reference: 0 });

interface Result {
  readonly data: PixelArray;
  readonly report: RowsReport;
}

async function restored(options: Omit<RestoreRowsOptions, "write">): Promise<Result> {
  const { width, height } = options.area ?? SIZE;
  const top = options.area?.row ?? 0;
  const data = new Uint16Array(width * height * BANDS.length);
  const report = await restoreRows(model, scene, {
    ...options,
    write: ({ row, data: rows }) => data.set(rows, (row - top) * width * BANDS.length),
  });
  return { data, report };
}

/** The greatest difference between part of a whole and the part alone, in DN. */
function difference(whole: PixelArray, part: PixelArray, area: RasterWindow): number {
  let most = 0;
  const line = area.width * BANDS.length;
  for (let y = 0; y < area.height; y++) {
    const at = ((area.row + y) * SIZE.width + area.column) * BANDS.length;
    for (let i = 0; i < line; i++) {
      most = Math.max(most, Math.abs(whole[at + i]! - part[y * line + i]!));
    }
  }
  return most;
}

const masks: RestoreRowsOptions["masks"] = {
  margin: DETECTOR_MARGIN,
  dilate: 3,
  feather: 2,
  open: (rows) =>
    rows.map((row, l) =>
      detectorMask(row, {
        scene: SIZE,
        bands: BANDS,
        reflectanceScale: 10000,
        pixelSize: 10,
        emptyIsClear: l === 0,
      })
    ),
};

const WHOLE: RasterWindow = { column: 0, row: 0, ...SIZE };
/** A DN, which rounding may turn over. */
const ONE = 1;

for (const blend of ["end", "steps"] as const) {
  for (const masked of [false, true]) {
    const options = { tiles: { blend }, seed: 3, ...(masked && { masks }) };
    const name = `with ${blend} blending${masked ? ", keeping clear pixels" : ""}`;

    Deno.test(`a window has the pixels of the whole, ${name}`, async () => {
      const { data } = await restored(options);
      for (
        const [column, row, width, height] of [[0, 0, 20, 20], [33, 25, 20, 9], [60, 5, 10, 56]]
      ) {
        const area = { column: column!, row: row!, width: width!, height: height! };
        const part = await restored({ ...options, area });
        assert(difference(data, part.data, area) <= ONE, `${column},${row}`);
      }
    });

    slowTest(`shards, batches and orders give one image, ${name}`, async () => {
      const before = tf.memory().numTensors;
      const { data, report } = await restored(options);
      const single = await restored({ ...options, tiles: { blend, batch: 1 } });
      assert(difference(data, single.data, WHOLE) <= ONE);
      const turned = await restored({
        ...options,
        tiles: { blend, batch: 3, order: (columns) => [...columns].reverse() },
      });
      assert(difference(data, turned.data, WHOLE) <= ONE);
      const counts = new Map<string, number>();
      for (let i = 0; i < 3; i++) {
        const row = Math.floor(SIZE.height * i / 3);
        const height = Math.floor(SIZE.height * (i + 1) / 3) - row;
        const area = { column: 0, row, width: SIZE.width, height };
        const part = await restored({ ...options, area });
        assert(difference(data, part.data, area) <= ONE, `shard ${i}`);
        for (const [name, count] of Object.entries(part.report.pixels ?? {})) {
          counts.set(name, (counts.get(name) ?? 0) + count);
        }
      }
      assertEquals(Object.fromEntries(counts), report.pixels ?? {});
      assertEquals(tf.memory().numTensors, before);
    });
  }
}

Deno.test("clear pixels are kept bit for bit, and tiles without clouds are not computed", async () => {
  const { data, report } = await restored({ masks, seed: 3 });
  const kept = await restored({ seed: 3 });
  let same = 0;
  for (let i = 0; i < data.length; i += BANDS.length) {
    const pixel = data.subarray(i, i + BANDS.length);
    if (pixel.every((value, b) => value === frames[0]!.data[i + b])) same++;
  }
  const { observed, otherDate, reconstructed } = report.pixels!;
  assert(observed > 0 && otherDate > 0 && reconstructed > 0, JSON.stringify(report.pixels));
  assertEquals(observed + otherDate + reconstructed, SIZE.width * SIZE.height);
  assert(same >= observed);
  assert(report.tiles.restored <= kept.report.tiles.restored);
  assertEquals(kept.report.evaluations, kept.report.tiles.total * 2);
  assert(report.border!.pixels > 0);
});

Deno.test("a scene without clouds comes back as it is, without a tile", async () => {
  const clear: Raster = { ...frames[0]!, data: frames[0]!.data.map(() => 400) };
  const data = new Uint16Array(clear.data.length);
  const report = await restoreRows(model, sceneInMemory(model, [clear], { reference: 0 }), {
    masks,
    write: ({ row, data: rows }) => data.set(rows, row * SIZE.width * BANDS.length),
  });
  assertEquals([data, report.tiles.restored, report.evaluations], [clear.data, 0, 0]);
});

Deno.test("joint blending differs from blending at the end, and says what cannot be restored", async () => {
  const [end, joint] = [
    await restored({ seed: 3 }),
    await restored({ seed: 3, tiles: { blend: "steps" } }),
  ];
  assert(difference(end.data, joint.data, WHOLE) > 0);
  // Tiles that share every step say the same of every pixel.
  assert(joint.report.seams.disagreement < 0.05 && end.report.seams.disagreement > 1);
  const area = { column: 60, row: 0, width: 11, height: 5 };
  await assertRejects(() => restored({ area }), RangeError, "inside the scene, which is 0,0,70,61");
  await assertRejects(() => restored({ masks: { ...masks!, feather: 9 } }), RangeError, "feather");
});

Deno.test("an error in one tile ends a joint restoration", async () => {
  const sampler = { sample: () => Promise.reject(new Error("out of luck")) };
  await assertRejects(
    () => restored({ tiles: { blend: "steps" }, sampler }),
    Error,
    "out of luck",
  );
});

Deno.test("a signal ends a restoration between two batches", async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error("enough"));
  await assertRejects(
    () => restored({ signal: controller.signal, onProgress, tiles: { batch: 1 } }),
    Error,
    "enough",
  );
});

Deno.test("an error while rows are written leaves no tensor and no work behind", async () => {
  for (const blend of ["end", "steps"] as const) {
    const before = tf.memory().numTensors;
    let evaluations = 0;
    const onProgress = () => void evaluations++;
    await assertRejects(
      () =>
        restoreRows(model, scene, {
          tiles: { blend },
          onProgress,
          write: () => Promise.reject(new Error("the disk is full")),
        }),
      Error,
      "the disk is full",
    );
    const done = evaluations;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals([tf.memory().numTensors, evaluations], [before, done], blend);
  }
});
