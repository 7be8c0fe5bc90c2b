/** Files with several images: refused by name, with commands that stack them. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { openRaster, readRaster } from "../../rasters/mod.ts";
import { HAS_GDAL, inFolder, run } from "./cog_cases.ts";

interface PageOptions {
  /** Tag 254, or 255 in old files. */
  readonly kind?: readonly [254 | 255, number];
  readonly width?: number;
}

/** A TIFF of one row of bytes for each page; page i holds the value i + 1. */
function pagedTiff(pages: readonly PageOptions[]): Uint8Array {
  const size = 4 + 12 * 9 + 2;
  const view = new DataView(new ArrayBuffer(8 + pages.length * (size + 16)));
  const bytes = new Uint8Array(view.buffer);
  view.setUint16(0, 0x4949);
  view.setUint16(2, 42, true);
  let link = 4;
  pages.forEach(({ kind = [254, 0], width = 5 }, i) => {
    const pixels = 8 + i * (size + 16);
    const directory = pixels + 16;
    bytes.fill(i + 1, pixels, pixels + width);
    view.setUint32(link, directory, true);
    const entries = [
      kind,
      [256, width],
      [257, 1],
      [258, 8],
      [259, 1],
      [262, 1],
      [273, pixels],
      [278, 1],
      [279, width],
    ];
    view.setUint16(directory, entries.length, true);
    entries.forEach(([tag, value], j) => {
      const at = directory + 2 + 12 * j;
      view.setUint16(at, tag!, true);
      view.setUint16(at + 2, 4, true);
      view.setUint32(at + 4, 1, true);
      view.setUint32(at + 8, value!, true);
    });
    link = directory + 2 + 12 * entries.length;
  });
  return bytes;
}

Deno.test("openRaster() refuses several images and names them", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    await Deno.writeFile(path, pagedTiff([{}, {}, { width: 7 }]));
    await assertRejects(
      () => openRaster(path),
      InputError,
      "it must hold one image, got 3 images in one file: page 1 of 5×1 pixels and 1 band, page 2 " +
        "of 5×1 pixels and 1 band, page 3 of 7×1 pixels and 1 band",
    );
    await Deno.writeFile(path, pagedTiff(Array.from({ length: 13 }, () => ({}))));
    await assertRejects(() => openRaster(path), InputError, "got 13 images");
    // Pages of a document.
    await Deno.writeFile(path, pagedTiff([{ kind: [254, 2] }, { kind: [254, 2] }]));
    await assertRejects(() => openRaster(path), InputError, "got 2 images");
    await Deno.writeFile(path, pagedTiff([{ kind: [255, 3] }, { kind: [255, 3] }]));
    await assertRejects(() => openRaster(path), InputError, "got 2 images");
  }));

Deno.test("openRaster() leaves out smaller versions of an image", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    for (const kind of [[254, 1], [254, 5], [255, 2]] as const) {
      await Deno.writeFile(path, pagedTiff([{}, { kind, width: 3 }]));
      assertEquals((await readRaster(path)).data, new Uint8Array(5).fill(1));
    }
  }));

Deno.test("openRaster() refuses directories in a loop", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    const bytes = pagedTiff([{}, { kind: [254, 1] }]);
    const view = new DataView(bytes.buffer);
    // The second directory is followed by the first.
    const second = view.getUint32(view.getUint32(4, true) + 2 + 12 * 9, true);
    view.setUint32(second + 2 + 12 * 9, view.getUint32(4, true), true);
    await Deno.writeFile(path, bytes);
    await assertRejects(() => openRaster(path), InputError, "directories, got a loop");
  }));

Deno.test({
  name: "the commands for several images stack them as bands",
  ignore: !HAS_GDAL,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.tif`;
      await Deno.writeFile(path, pagedTiff([{}, { kind: [254, 1] }, {}, {}, {}, {}]));
      const error = await assertRejects(() => openRaster(path), InputError);
      const commands = /gdalbuildvrt[^;]*OUT\.tif/.exec(error.message)![0].split(" && ");
      for (const command of commands) {
        const [program, ...args] = command.split(" ").map((word) =>
          word.replace(/^(pages\.vrt|OUT\.tif)$/, `${folder}/$1`)
        );
        const result = await run(program!, ...args);
        assert(result?.success, `${command}: ${result?.err}`);
      }
      const { data, bands } = await readRaster(`${folder}/OUT.tif`);
      assertEquals(bands.length, 5);
      assertEquals(data.slice(0, 5), new Uint8Array([1, 3, 4, 5, 6]));
    }),
});
