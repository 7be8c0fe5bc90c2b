/** Prepared samples: completed folders, damaged files, and what training reads of them. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRng, InputError } from "../../core/mod.ts";
import { type DatasetConfig, listDataset, openDataset } from "../../datasets/mod.ts";
import { inFolder } from "../datasets/look_alikes.ts";
import { makePrepared, PREPARED_BANDS, PREPARED_SIDE } from "../datasets/prepared_look_alike.ts";

const MODEL = { tileSize: PREPARED_SIDE, length: 3, bands: PREPARED_BANDS };
/** Samples of a file. */
const PER_FILE = 32;

const open = (root: string, options: Partial<DatasetConfig> = {}, model = MODEL) =>
  openDataset({ type: "prepared", root, ...options }, model);

async function filesOf(folder: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const files: Record<string, Uint8Array> = {};
  for await (const { name } of Deno.readDir(folder)) {
    files[name] = await Deno.readFile(`${folder}/${name}`);
  }
  return files;
}

Deno.test("prepareSamples() completes a folder, which then equals one written at once", () =>
  inFolder(async (root) => {
    const total = PER_FILE + 2;
    const whole = await makePrepared(root, { samples: total });
    const begun = await makePrepared(root, { samples: PER_FILE + 1, folder: `${root}/begun` });
    const full = `${begun}/samples-0000.bin`;
    const before = await Deno.stat(full);
    const steps: number[] = [];
    await makePrepared(root, {
      ...{ samples: total, folder: begun },
      onProgress: (done) => steps.push(done),
    });
    // The full file is kept, the one that was begun is written again.
    assertEquals(steps, [PER_FILE + 1, PER_FILE + 2]);
    assertEquals((await Deno.stat(full)).mtime, before.mtime);
    assertEquals(await filesOf(begun), await filesOf(whole));
    assertEquals(Object.keys(await filesOf(whole)).toSorted(), [
      "samples-0000.bin",
      "samples-0001.bin",
      "samples.json",
    ]);
    const dataset = await open(whole);
    assertEquals(dataset.size, total);
    assert((await dataset.sample(total - 1, createRng(1))).name !== "");
  }));

Deno.test("prepareSamples() refuses a folder of other settings, and a damaged description", () =>
  inFolder(async (root) => {
    const folder = await makePrepared(root, { samples: 2 });
    const kept = await filesOf(folder);
    for (const settings of [{ seed: 1 }, { minLength: 2 }]) {
      const error = await assertRejects(
        () => makePrepared(root, { samples: 3, ...settings }),
        InputError,
        "begun with the same data and settings, got 2 other samples of 12×12 pixels",
      );
      assert(error.message.includes(folder));
    }
    assertEquals(await filesOf(folder), kept);
    await Deno.writeTextFile(`${folder}/samples.json`, '{ "bands": [');
    await assertRejects(() => makePrepared(root), InputError, `${folder}/samples.json`);
  }));

Deno.test("a prepared sample has the mean of its dates, which keeps what is clear", () =>
  inFolder(async (root) => {
    const dataset = await open(await makePrepared(root, { samples: 4 }));
    const pixels = PREPARED_SIDE ** 2;
    for (let i = 0; i < 4; i++) {
      const { cloudy, target, mask, mean } = await dataset.sample(i, createRng(3));
      const { image, evidence, dates, errors } = mean!;
      assertEquals(
        [image, dates, errors].map(({ length }) => length),
        [1, 1, 1].map(() => 2 * pixels),
      );
      assertEquals(evidence.length, 4 * pixels);
      assert(errors.every((value) => value > 0));
      assert(target.every((value) => value >= 500 && value <= 2500), "values of the places");
      const clear = Array.from({ length: pixels }, (_, p) => p).filter((p) => mask![p] === 0);
      assert(clear.length > 0 && clear.length < pixels);
      for (const p of clear) {
        assertEquals(evidence[4 * p], 1);
        for (const b of [0, 1]) {
          assertEquals(image[2 * p + b], cloudy[2 * p + b]);
        }
      }
    }
  }));

Deno.test("crops of a prepared sample are parts of it, turned alike, where ground is hidden", () =>
  inFolder(async (root) => {
    const folder = await makePrepared(root, { samples: 1 });
    const [whole, tiles] = [await open(folder), await open(folder, {}, { ...MODEL, tileSize: 6 })];
    const pairs = ({ target, mask }: Awaited<ReturnType<typeof whole.sample>>) =>
      Array.from(mask!, (value, i) => `${value} ${target[2 * i]} ${target[2 * i + 1]}`);
    const all = new Set(pairs(await whole.sample(0, createRng(1))));
    const names = new Set<string>();
    for (let seed = 0; seed < 8; seed++) {
      const tile = await tiles.sample(0, createRng(seed));
      names.add(tile.name);
      assert(pairs(tile).every((pair) => all.has(pair)), `seed ${seed}`);
      assert(tile.mask!.includes(1), `seed ${seed}`);
    }
    assert(names.size > 1, "crops must differ");
  }));

Deno.test("several folders of prepared samples are one dataset, of any size", () =>
  inFolder(async (root) => {
    await makePrepared(root, { samples: 2, folder: `${root}/all/a` });
    await makePrepared(root, { samples: 3, folder: `${root}/all/b`, seed: 1 });
    const both = await open(`${root}/all`, { parts: ["a", "b"] });
    assertEquals(both.size, 5);
    const names = await Promise.all(
      [0, 1, 2, 3, 4].map(async (i) => (await both.sample(i, createRng(1))).target.join()),
    );
    assertEquals(new Set(names).size, 5);
    const [a, b] = [await open(`${root}/all/a`), await open(`${root}/all/b`)];
    assertEquals(both.digest, `${a.digest}; ${b.digest}`);
    assertEquals((await open(`${root}/all/a`, { size: 7 })).size, 7);
  }));

Deno.test("prepared refuses bands that it lacks and larger tiles, with the folder", () =>
  inFolder(async (root) => {
    const folder = await makePrepared(root, { samples: 1 });
    const fails = async (model: Partial<typeof MODEL>, message: string) => {
      const error = await assertRejects(() => open(folder, {}, { ...MODEL, ...model }), InputError);
      assert(error.message.includes(folder) && error.message.includes(message), error.message);
    };
    await fails({ bands: ["B04", "B11"] }, "must have the bands B04, B11, got B04, B08");
    await fails({ tileSize: 16 }, "of at least 16×16 pixels, got 1 of 12×12");
  }));

Deno.test("prepared gives the model's bands in its order, and an L2A look on a line each", () =>
  inFolder(async (root) => {
    const folder = await makePrepared(root, { samples: 1 });
    const own = await (await open(folder)).sample(0, createRng(1));
    const model = { ...MODEL, bands: ["B08"] };
    const one = await open(folder, {}, model);
    assertEquals(one.bands, ["B08"]);
    const { target, mean, mask } = await one.sample(0, createRng(1));
    assertEquals([...target], [...own.target].filter((_, i) => i % 2 === 1));
    assertEquals([...mean!.errors], [...own.mean!.errors].filter((_, i) => i % 2 === 1));
    assertEquals([mean!.evidence, mask], [own.mean!.evidence, own.mask]);

    const surface = await (await open(folder, { look: "L2A" }, model)).sample(0, createRng(1));
    const lowest = target.indexOf(Math.min(...target));
    const highest = target.indexOf(Math.max(...target));
    const gain = (surface.target[highest]! - surface.target[lowest]!) /
      (target[highest]! - target[lowest]!);
    const offset = surface.target[lowest]! - gain * target[lowest]!;
    assert(gain > 1 && offset < 0, `${gain} ${offset}`);
    // Float32 of values up to 10⁴.
    const near = (a: number, b: number) => assert(Math.abs(a - b) < 0.1, `${a} ${b}`);
    for (let i = 0; i < target.length; i++) {
      near(surface.target[i]!, gain * target[i]! + offset);
      near(surface.mean!.image[i]!, gain * mean!.image[i]! + offset);
      near(surface.mean!.errors[i]!, gain * mean!.errors[i]!);
    }
    assertEquals(surface.mean!.evidence, mean!.evidence);
  }));

Deno.test("prepared names the file that is missing, short or damaged", () =>
  inFolder(async (root) => {
    const folder = await makePrepared(root, { samples: 3 });
    const [index, file] = [`${folder}/samples.json`, `${folder}/samples-0000.bin`];
    const { size } = await Deno.stat(file);
    await Deno.truncate(file, size - 10);
    const short = await open(folder);
    await short.sample(0, createRng(1));
    const error = await assertRejects(() => short.sample(2, createRng(1)), InputError);
    assertEquals(error.message, `Cannot read ${file}: it must have sample 2, got its end`);
    const { findings } = await listDataset({ type: "prepared", root: folder });
    assertEquals(findings, [
      { kind: "truncated", path: file, message: `it must have ${size} bytes, got ${size - 10}` },
    ]);

    await Deno.remove(file);
    const gone = await open(folder);
    await assertRejects(() => gone.sample(0, createRng(1)), InputError, `Cannot read ${file}: `);
    const listing = await listDataset({ type: "prepared", root: folder });
    assertEquals(listing.findings.map(({ kind, path }) => [kind, path]), [["missing", file]]);

    const text = await Deno.readTextFile(index);
    const changed = (change: object) => JSON.stringify({ ...JSON.parse(text), ...change });
    for (
      const [json, message] of [
        ["{", "JSON"],
        [changed({ side: 0 }), "$.side"],
        [changed({ names: undefined }), "$.names"],
        [changed({ groups: [{ key: "cloudy", depth: 2 }] }), "its samples must have target"],
      ] as const
    ) {
      await Deno.writeTextFile(index, json);
      const error = await assertRejects(() => open(folder), InputError);
      assert(error.message.includes(folder) && error.message.includes(message), error.message);
    }
  }));
