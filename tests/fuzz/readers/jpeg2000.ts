/** JPEG 2000: the size that we read ourselves; the pixels are GDAL's. */

import { openByteSource } from "../../../files/mod.ts";
import { readJp2Size } from "../../../rasters/jp2_size.ts";
import type { Draws } from "../draws.ts";
import { INTEGERS, joined, mutateBytes } from "../mutate_bytes.ts";
import type { FuzzReader } from "../reader.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
function int32(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return new Uint8Array(view.buffer);
}

/** A box; a size of 1 is followed by one of 64 bits. */
function box(name: string, body: Uint8Array, size = 8 + body.length): Uint8Array {
  return joined(int32(size), ascii(name), body);
}

const CODESTREAM = joined(int32(0xff4fff51, 0x00290000, 90, 120, 10, 20), int32(0, 0, 90, 120));
const HEADER = box("jp2h", box("ihdr", joined(int32(100, 80), Uint8Array.of(0, 1, 7, 7, 0, 0))));

function container(draws: Draws): Uint8Array {
  const size = () => draws.chance(0.3) ? draws.pick(INTEGERS) % 2 ** 32 : undefined;
  const filler = () =>
    box(draws.pick(["ftyp", "uuid", "xml ", "asoc", "free"]), draws.bytes(draws.below(24)), size());
  const large = () =>
    joined(
      int32(1),
      ascii("uuid"),
      int32(draws.pick([0, 1, 2 ** 31]), draws.pick(INTEGERS) % 2 ** 32),
      draws.bytes(8),
    );
  const parts = Array.from(
    { length: draws.below(5) },
    () => draws.chance(0.2) ? large() : filler(),
  );
  return joined(
    box("jP  ", Uint8Array.of(13, 10, 0x87, 10)),
    ...parts,
    HEADER,
    box("jp2c", CODESTREAM, 0),
  );
}

export const jpeg2000: FuzzReader = {
  name: "jpeg2000",
  share: 0.07,
  mutate(draws) {
    const bytes = draws.chance(0.7) ? container(draws) : CODESTREAM;
    return { files: { "a.jp2": draws.chance(0.6) ? mutateBytes(bytes, draws) : bytes }, call: {} };
  },
  async read(folder) {
    const path = `${folder}/a.jp2`;
    const source = await openByteSource(path);
    try {
      const { width, height } = await readJp2Size(source);
      const isSize = [width, height].every((side) => Number.isInteger(side) && side > 0);
      if (!isSize) return `the size must be whole and positive, got ${width}×${height}`;
    } catch (error) {
      // openJp2() adds the name of the file to TypeErrors.
      if (!(error instanceof TypeError)) throw error;
      throw new TypeError(`Cannot read raster ${path}: ${error.message}`);
    } finally {
      source.close();
    }
  },
};
