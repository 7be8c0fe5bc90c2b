/** The size of a JPEG 2000 image, from sound and damaged headers. */

import { assertEquals, assertRejects } from "@std/assert";
import type { ByteSource } from "../../files/mod.ts";
import { readJp2Size } from "../../rasters/jp2_size.ts";

/** Numbers of 32 bits, or letters. */
function source(...parts: readonly (number | string)[]): ByteSource {
  const bytes = parts.flatMap((part) =>
    typeof part === "string"
      ? [...new TextEncoder().encode(part)]
      : [part >>> 24, part >>> 16 & 255, part >>> 8 & 255, part & 255]
  );
  const all = Uint8Array.from([...bytes, ...new Uint8Array(32)]);
  return {
    size: all.length,
    read: (offset, length) => Promise.resolve(all.slice(offset, offset + length).buffer),
    close() {},
  };
}

const START = [12, "jP  ", 0x0d0a870a] as const;

Deno.test("readJp2Size() reads a codestream and a container, behind boxes of any size", async () => {
  const codestream = source(0xff4fff51, 0x00290000, 90, 120, 10, 20);
  assertEquals(await readJp2Size(codestream), { width: 80, height: 100 });
  const header = [30, "jp2h", 22, "ihdr", 100, 80] as const;
  assertEquals(await readJp2Size(source(...START, ...header)), { width: 80, height: 100 });
  const wide = [1, "uuid", 0, 24, 0, 0] as const;
  assertEquals(await readJp2Size(source(...START, ...wide, ...header)), { width: 80, height: 100 });
});

Deno.test("readJp2Size() refuses sizes that are not positive, and headers that are missing", async () => {
  const cases = [
    [source(0xff4fff51, 0x00290000, 10, 120, 10, 20), "must state its size, got 0×100"],
    [source(0xff4fff51, 0x00290000, 5, 120, 10, 20), "must state its size, got -5×100"],
    [source(...START, 30, "jp2h", 22, "ihdr", 0, 80), "must state its size, got 80×0"],
    [source(...START, 0, "free"), "must have an image header, got none"],
    [source(...START, 1, "free", 0xffffffff, 0xffffffff), "got the end of the file"],
    [source(1, "abcd"), "must be JPEG 2000"],
  ] as const;
  for (const [file, message] of cases) {
    await assertRejects(() => readJp2Size(file), TypeError, message);
  }
});
