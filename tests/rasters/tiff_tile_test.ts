/** Encoding of tiles: equal values give equal bytes. */

import { assertEquals } from "@std/assert";
import { encodeTile } from "../../rasters/tiff_tile.ts";
import { createZarr } from "../../rasters/zarr/zarr_writer.ts";

const SIDE = 16;

Deno.test("encodeTile() writes NaN with the same bits, whichever it has", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const tile = (negative: boolean) => {
      const pixels = dtype === "float32"
        ? new Float32Array(SIDE ** 2).fill(1.5)
        : new Float64Array(SIDE ** 2).fill(1.5);
      const bytes = new Uint8Array(pixels.buffer);
      const size = pixels.BYTES_PER_ELEMENT;
      for (const at of [0, 5, SIDE ** 2 - 1]) {
        pixels[at] = NaN;
        // Another NaN, such as 0/0 is on many processors.
        if (negative) bytes.set([0xff, 0xff], (at + 1) * size - 2);
      }
      return pixels;
    };
    const shape = { side: SIDE, bands: 1, dtype };
    const [one, other] = [tile(false), tile(true)];
    assertEquals([...other.keys()].filter((i) => Number.isNaN(other[i])), [0, 5, SIDE ** 2 - 1]);
    assertEquals(encodeTile(one, shape), encodeTile(other, shape));
  }
});

Deno.test("a chunk of Zarr has the same bytes, whichever NaN it has", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = await createZarr(folder, {});
    const [shape, dtype] = [[2], "float32"] as const;
    await store.create({ name: "a", shape, chunks: shape, dtype, dimensions: ["x"] });
    const written = async (bits: number) => {
      const values = new Float32Array([1.5, 0]);
      new Uint32Array(values.buffer)[1] = bits;
      await store.writeChunk("a", [0], values);
      return await Deno.readFile(`${folder}/a/0`);
    };
    assertEquals(await written(0xffc00000), await written(0x7fc00000));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
