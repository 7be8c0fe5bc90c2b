import { assert, assertEquals, assertThrows } from "@std/assert";
import { createRng, SENTINEL2_NAMES } from "../../core/mod.ts";
import { surfaceLines } from "../../synthetic/mod.ts";

const L2A = SENTINEL2_NAMES.filter((name) => name !== "B10");

Deno.test("surfaceLines() removes more air from blue than from SWIR, and bands move together", () => {
  const drawn = Array.from({ length: 200 }, (_, i) => surfaceLines(L2A, createRng(5).fork(i)));
  const blue = L2A.indexOf("B02");
  const swir = L2A.indexOf("B12");
  for (const lines of drawn) {
    assertEquals(lines.length, L2A.length);
    // The published ranges: L1C 1100 in B02 is L2A 0 to 590.
    const dark = lines[blue]!.gain * 1100 + lines[blue]!.offset;
    assert(dark > -20 && dark < 620, `B02 ${dark}`);
    assert(-lines[blue]!.offset > -lines[swir]!.offset);
  }
  // Hazier air: a larger a in all bands.
  const air = (lines: typeof drawn[number], band: number) =>
    -lines[band]!.offset / lines[band]!.gain;
  const sorted = drawn.toSorted((a, b) => air(a, blue) - air(b, blue));
  assert(air(sorted[0]!, swir) < air(sorted.at(-1)!, swir));
});

Deno.test("surfaceLines() refuses bands that L2A lacks", () => {
  assertThrows(
    () => surfaceLines(["B10"], createRng(1)),
    RangeError,
    "Cannot give B10 an L2A look",
  );
});
