/**
 * The decoders against GDAL: compression × predictor × pixel type × planes × blocks × byte order,
 * and photometric interpretations. Every file is read equal to GDAL, or refused by name.
 */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { findPython, inFolder, run } from "./cog_cases.ts";
import { RUN_SLOW } from "../slow.ts";

const PYTHON = await findPython("osgeo.gdal_array");
const SCRIPT = new URL("decode_matrix.py", import.meta.url).pathname;

/** Every n-th combination is written; the number shares no factor with those of the options. */
const EVERY = RUN_SLOW ? 1 : 7;

/** Values that the script saved; undefined if there are none. */
async function savedValues(path: string): Promise<Float64Array | undefined> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  return bytes && new Float64Array(bytes.buffer);
}

async function ourValues(path: string): Promise<Float64Array | InputError> {
  try {
    return Float64Array.from((await readRaster(path)).data);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw new Error(`${path} must be read or refused with an InputError`, { cause: error });
  }
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

const COMMAND = /gdal_translate[^;]*? IN OUT\.tif/;

Deno.test({
  name: "readRaster() equals GDAL or refuses, whatever the compression, predictor, type and layout",
  ignore: PYTHON === undefined,
  fn: () =>
    inFolder(async (folder) => {
      const written = await run(PYTHON!, SCRIPT, folder, String(EVERY));
      assert(written?.success, written?.err);
      const names: string[] = JSON.parse(await Deno.readTextFile(`${folder}/files.json`));
      const equal: string[] = [];
      const unreadByGdal: string[] = [];
      const differing: string[] = [];
      const refused = new Map<string, string[]>();
      for (const name of names) {
        const path = `${folder}/${name}.tif`;
        const ours = await ourValues(path);
        const theirs = await savedValues(`${folder}/${name}.bin`);
        const source = await savedValues(`${folder}/${name}.source`);
        if (ours instanceof InputError) {
          const reason = ours.message.slice(`Cannot read raster ${path}: `.length)
            .replace(` ${path} OUT.tif`, " IN OUT.tif");
          refused.set(reason, [...refused.get(reason) ?? [], name]);
        } else if (theirs !== undefined) {
          (areEqual(ours, theirs) ? equal : differing).push(name);
        } else {
          // GDAL 3.6 does not read the LERC that it writes of several bands with NaN.
          const isRead = source !== undefined && areEqual(ours, source) && name.includes("LERC");
          (isRead ? unreadByGdal : differing).push(name);
        }
      }
      const counts = [...refused].map(([reason, files]) => `${files.length} ${reason}`);
      console.log(
        `${names.length} files: ${equal.length} equal to GDAL, ${unreadByGdal.length} equal to what ` +
          `was written though GDAL fails, ${differing.length} differing, refused:\n` +
          counts.join("\n"),
      );
      assertEquals(differing, []);
      assertGreater(equal.length, 900 / EVERY);
      for (const [reason, [name]] of refused) {
        const path = `${folder}/${name}.tif`;
        const command = COMMAND.exec(reason)?.[0];
        const theirs = await savedValues(`${folder}/${name}.bin`);
        assert(command !== undefined || reason.includes("; the file is damaged: "), reason);
        if (command === undefined || theirs === undefined) continue;
        const words = command.split(" ").map((word) =>
          word === "IN" ? path : word === "OUT.tif" ? `${folder}/converted.tif` : word
        );
        const result = await run(words[0]!, ...words.slice(1));
        assert(result?.success, `${command}: ${result?.err}`);
        const converted = await ourValues(`${folder}/converted.tif`);
        assert(!(converted instanceof InputError), `${command}: ${converted}`);
        assert(areEqual(converted, theirs), `${name}: ${command}`);
      }
    }),
});
