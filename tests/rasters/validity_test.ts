/** The validity of pixels against GDAL: nodata, NaN, masks, alpha, LERC's mask, sparse blocks. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError, type Raster } from "../../core/mod.ts";
import { openRaster, rasterInMemory, readRaster, withValidity } from "../../rasters/mod.ts";
import { findPython, inFolder, run } from "./cog_cases.ts";

const PYTHON = await findPython("osgeo.gdal_array");
const SCRIPT = new URL("validity.py", import.meta.url).pathname;

function withFiles(work: (folder: string, names: readonly string[]) => Promise<void>) {
  return inFolder(async (folder) => {
    const written = await run(PYTHON!, SCRIPT, folder);
    assert(written?.success, written?.err);
    await work(folder, JSON.parse(await Deno.readTextFile(`${folder}/files.json`)));
  });
}

function validOf({ valid, width, height }: Raster): Uint8Array {
  return valid ?? new Uint8Array(width * height).fill(1);
}

Deno.test({
  name: "readRaster() marks the pixels as missing that GDAL's masks do",
  ignore: PYTHON === undefined,
  fn: () =>
    withFiles(async (folder, names) => {
      for (const name of names) {
        const raster = await readRaster(`${folder}/${name}.tif`);
        const expected = await Deno.readFile(`${folder}/${name}.valid`);
        assertEquals(validOf(raster), expected, name);
        assertEquals(raster.valid === undefined, !expected.includes(0), name);
        const values = new Float64Array((await Deno.readFile(`${folder}/${name}.bin`)).buffer);
        const { data, bands, nodata, dtype } = raster;
        const fill = nodata ?? (dtype === "float32" ? NaN : 0);
        const wanted = values.map((value, i) =>
          expected[Math.floor(i / bands.length)] === 0 ? fill : value
        );
        assertEquals(Float64Array.from(data), wanted, name);
      }
    }),
});

Deno.test({
  name: "the validity of a window is that of the whole image there, from files and from memory",
  ignore: PYTHON === undefined,
  fn: () =>
    withFiles(async (folder, names) => {
      const window = { column: 13, row: 5, width: 20, height: 21 };
      for (const name of names) {
        const file = await openRaster(`${folder}/${name}.tif`);
        const whole = await file.read();
        const part = await file.read({ window });
        const cut = validOf(whole).filter((_, i) => {
          const [x, y] = [
            i % whole.width - window.column,
            Math.floor(i / whole.width) - window.row,
          ];
          return x >= 0 && y >= 0 && x < window.width && y < window.height;
        });
        assertEquals(validOf(part), cut, name);
        assertEquals(await rasterInMemory(whole).read({ window }), part, name);
        await file.close();
      }
    }),
});

Deno.test({
  name: "an alpha band is named alpha, unless it has a name",
  ignore: PYTHON === undefined,
  fn: () =>
    withFiles(async (folder) => {
      const path = `${folder}/alpha-4-255-NONE.tif`;
      const bandsOf = async (bandNames?: readonly string[]) => {
        const file = await openRaster(path, bandNames && { bandNames });
        const { valid, bands } = await file.read();
        await file.close();
        return { bands, isMasked: valid !== undefined };
      };
      assertEquals(await bandsOf(), { bands: ["1", "2", "3", "alpha"], isMasked: true });
      const rgb = ["B04", "B03", "B02"];
      assertEquals(await bandsOf(rgb), { bands: [...rgb, "alpha"], isMasked: true });
      // GDAL declares the fourth band of bytes as alpha unasked.
      assertEquals(await bandsOf([...rgb, "B08"]), { bands: [...rgb, "B08"], isMasked: false });
    }),
});

Deno.test({
  name: "openRaster() takes a nodata value that the file does not state",
  ignore: PYTHON === undefined,
  fn: () =>
    withFiles(async (folder) => {
      const file = await openRaster(`${folder}/complete.tif`, { nodata: 100 });
      const { data, valid, nodata } = await file.read({ bands: [1] });
      await file.close();
      assertEquals(nodata, 100);
      assertEquals(valid, Uint8Array.from(data, (value) => value === 100 ? 0 : 1));
    }),
});

Deno.test({
  name:
    "openRaster() refuses several nodata values beside a file, with the command that unites them",
  ignore: PYTHON === undefined,
  fn: () =>
    withFiles(async (folder) => {
      const path = `${folder}/nodata.tif`;
      const band = (index: number, value: string) =>
        `<PAMRasterBand band="${index}"><NoDataValue>${value}</NoDataValue></PAMRasterBand>`;
      const beside = (...bands: readonly string[]) =>
        Deno.writeTextFile(`${path}.aux.xml`, `<PAMDataset>${bands.join("")}</PAMDataset>`);
      await beside(band(1, "7"));
      const error = await assertRejects(() => openRaster(path), InputError);
      assert(error.message.includes("must have one nodata value, got 7, 0 with"), error.message);
      const command = /gdal_translate -a_nodata 7 \S+ OUT\.tif/.exec(error.message)![0].split(" ");
      const words = command.map((word) => word === "OUT.tif" ? `${folder}/out.tif` : word);
      assert((await run(words[0]!, ...words.slice(1)))?.success);
      assertEquals((await readRaster(`${folder}/out.tif`)).nodata, 7);
      await beside(band(1, "7"), band(2, "8"), band(3, "7"));
      await assertRejects(
        () => openRaster(path),
        InputError,
        "must have one nodata value, got 7, 8",
      );
      await beside(band(1, "7"), band(2, "7"), band(3, "7"));
      assertEquals((await readRaster(path)).nodata, 7);
      await beside(band(2, "0"));
      assertEquals((await readRaster(path)).nodata, 0);
    }),
});

Deno.test({
  name:
    "openRaster() refuses a mask of another size and one that it cannot read, and ignores other files",
  ignore: PYTHON === undefined,
  fn: () =>
    withFiles(async (folder) => {
      const path = `${folder}/complete.tif`;
      await run("gdal_translate", path, `${folder}/plain.tif`);
      const size = [
        "-ot",
        "Byte",
        "-outsize",
        "20",
        "20",
        "-b",
        "1",
        "-mo",
        "INTERNAL_MASK_FLAGS_1=2",
      ];
      await run("gdal_translate", ...size, path, `${folder}/small.tif`);
      const words = ["-ot", "UInt16", "-b", "1", "-mo", "INTERNAL_MASK_FLAGS_1=2"];
      await run("gdal_translate", ...words, path, `${folder}/words.tif`);
      await Deno.copyFile(`${folder}/words.tif`, `${path}.msk`);
      await assertRejects(
        () => openRaster(path),
        InputError,
        "its mask must hold bytes, got uint16",
      );
      await Deno.copyFile(`${folder}/small.tif`, `${path}.msk`);
      await assertRejects(
        () => openRaster(path),
        InputError,
        "its mask must have 45×38 pixels and 1 band, got 20×20 pixels and 1 band",
      );
      await Deno.copyFile(`${folder}/plain.tif`, `${path}.msk`);
      // Without GDAL's statement of what it masks, a file of this name is none of its masks.
      assertEquals((await readRaster(path)).valid, undefined);
      await Deno.writeTextFile(`${path}.msk`, "no mask");
      await assertRejects(() => openRaster(path), InputError, `its mask ${path}.msk must be`);
    }),
});

Deno.test("withValidity() leaves alpha out: a pixel without data in the other bands is missing", () => {
  const raster = { width: 3, height: 1, bands: ["B02", "alpha"], dtype: "float32" } as const;
  const data = Float32Array.of(NaN, 255, 7, 255, 1, 0);
  assertEquals(withValidity({ ...raster, nodata: 7, data }).valid, Uint8Array.of(0, 0, 1));
  const plain = { ...raster, bands: ["B02", "B03"], nodata: 7, data };
  assertEquals(withValidity(plain).valid, undefined);
});
