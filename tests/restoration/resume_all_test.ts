/** Calls that make an image of every date: after a kill, the same call makes what is missing. */

import { assertEquals, assertRejects } from "@std/assert";
import { OutputError } from "../../core/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { compositeScene, restoreEvery } from "../../restoration/mod.ts";
import { cloudyDates, inFolder, tinyModel } from "./tiny.ts";

await useEngine("cpu");
const SIZE = { width: 20, height: 20 };
const DAYS = ["2018-01-07", "2018-02-07", "2018-03-07"];

/** What a call made, by path. */
interface Made {
  readonly images: readonly string[];
  readonly complete: readonly string[];
}

type Call = (options?: {
  readonly overwrite?: boolean;
  readonly seed?: number;
  readonly threads?: number;
}) => Promise<Made>;

/** Calls by their name; `seed` stands for an option that changes the pixels. */
async function withCalls(
  work: (folder: string, calls: Readonly<Record<string, Call>>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const dates = cloudyDates(SIZE);
    const inputs = DAYS.map((day) => ({ path: `${folder}/s_${day}.tif` }));
    for (const [l, { path }] of inputs.entries()) {
      await writeCog(path, dates[l]!);
      const data = new Uint8Array(400).fill(1, 60 * l, 60 * l + 80);
      const mask = { ...SIZE, bands: ["m"], dtype: "uint8", data } as const;
      await writeCog(path.replace("s_", "m_"), mask);
    }
    const mask = { source: `${folder}/m_{date}.tif`, dilate: 1, feather: 1 };
    const model = tinyModel();
    const made = ({ images, complete }: {
      readonly images: readonly { readonly output: string }[];
      readonly complete: readonly { readonly output: string }[];
    }) => ({
      images: images.map(({ output }) => output),
      complete: complete.map(({ output }) => output),
    });
    const writeTo = (name: string, overwrite = false) => ({
      output: `${folder}/${name}/{date}.tif`,
      picture: `${folder}/${name}/{date}.png`,
      overwrite,
    });
    await work(folder, {
      restore: async ({ overwrite, seed = 0 } = {}) =>
        made(
          await restoreEvery(model, { inputs, mask, seed, write: writeTo("restore", overwrite) }),
        ),
      composite: async ({ overwrite, seed = 0, threads } = {}) =>
        made(
          await compositeScene({
            inputs,
            ...(threads !== undefined && { threads }),
            mask: { ...mask, dilate: 1 + seed },
            reference: "all",
            write: writeTo("composite", overwrite),
          }),
        ),
    });
    tf.dispose([{ ...model.weights.params }, { ...model.weights.buffers }]);
  });
}

/** Names and contents of the files of a folder. */
async function contentsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  for await (const { name } of Deno.readDir(folder)) {
    found.push([name, (await Deno.readFile(`${folder}/${name}`)).toHex()]);
  }
  return Object.fromEntries(found.sort());
}

Deno.test("a killed --reference all goes on with the dates that are missing", () =>
  withCalls(async (folder, calls) => {
    for (const [name, call] of Object.entries(calls)) {
      const own = `${folder}/${name}`;
      const all = DAYS.map((day) => `${own}/${day}.tif`);
      assertEquals(await call(), { images: all, complete: [] });
      const wanted = await contentsOf(own);
      assertEquals(await call(), { images: [], complete: all });
      assertEquals(await contentsOf(own), wanted, name);
      // A kill between the names of the second date's files, and before those of the third.
      const [, second, third] = all as [string, string, string];
      await Deno.mkdir(`${second}.partial`);
      await Deno.rename(second, `${second}.partial/file`);
      for (const file of Object.keys(wanted).filter((file) => file.startsWith(DAYS[2]!))) {
        await Deno.remove(`${own}/${file}`);
      }
      assertEquals(await call(), { images: [second, third], complete: [all[0]!] });
      assertEquals(await contentsOf(own), wanted, name);
    }
  }));

Deno.test("--reference all takes no file of another call for its own, and --overwrite makes all", () =>
  withCalls(async (folder, calls) => {
    for (const [name, call] of Object.entries(calls)) {
      await call();
      const wanted = await contentsOf(`${folder}/${name}`);
      await assertRejects(() => call({ seed: 1 }), OutputError, "it must be free or from a run");
      assertEquals(await contentsOf(`${folder}/${name}`), wanted, name);
      const { images, complete } = await call({ overwrite: true });
      assertEquals([images.length, complete.length], [3, 0]);
      assertEquals(await contentsOf(`${folder}/${name}`), wanted, name);
    }
  }));

Deno.test("compositeScene() of all dates goes on with another number of threads", () =>
  withCalls(async (folder, { composite }) => {
    const { images } = await composite!({ threads: 0 });
    const wanted = await contentsOf(`${folder}/composite`);
    await Deno.remove(images[1]!);
    assertEquals(await composite!({ threads: 1 }), {
      images: [images[1]!],
      complete: [images[0]!, images[2]!],
    });
    assertEquals(await contentsOf(`${folder}/composite`), wanted);
  }));
