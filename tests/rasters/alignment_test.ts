import { assertEquals, assertThrows } from "@std/assert";
import { type Crs, type GeoTransform, InputError } from "../../core/mod.ts";
import { alignment, type RasterHeader } from "../../rasters/mod.ts";

function crs(epsg: number): Crs {
  return { epsg, geoKeys: { directory: [1, 1, 0, 1, 3072, 0, 1, epsg] } };
}

function header(transform?: GeoTransform, extra: Partial<RasterHeader> = {}): RasterHeader {
  const plain = { width: 100, height: 80, bands: ["B02"], dtype: "uint16" as const };
  return { ...plain, ...(transform && { transform, crs: crs(32633) }), ...extra };
}

const names = { grid: "a.tif", other: "b.tif" };
const GRID: GeoTransform = [500000, 10, 0, 5000000, 0, -10];
const grid = header(GRID);

Deno.test("alignment() finds whole pixels between two rasters", () => {
  const other = header([499970, 10, 0, 4999950, 0, -10], { width: 7, height: 9 });
  assertEquals(alignment(grid, other, names), { column: 3, row: -5 });
  assertEquals(alignment(other, grid, names), { column: -3, row: 5 });
  assertEquals(alignment(grid, grid, names), { column: 0, row: 0 });
});

Deno.test("alignment() holds on a rotated grid too", () => {
  const [a, b, c, d, e, f]: GeoTransform = [500000, 8, 6, 5000000, 6, -8];
  const rotated = header([a, b, c, d, e, f]);
  const moved = header([a - 4 * b - 2 * c, b, c, d - 4 * e - 2 * f, e, f]);
  assertEquals(alignment(rotated, moved, names), { column: 4, row: 2 });
  assertThrows(
    () => alignment(rotated, grid, names),
    InputError,
    "the pixels must lie on one grid",
  );
});

Deno.test("alignment() refuses another phase, size or CRS, with the command that helps", () => {
  const cure =
    "gdalwarp -t_srs EPSG:32633 -te 500000 4999200 501000 5000000 -tr 10 10 -r bilinear b.tif";
  for (
    const transform of [
      [500000.2, 10, 0, 5000000, 0, -10],
      [500000, 10, 0, 5000005, 0, -10],
      [500000, 20, 0, 5000000, 0, -20],
      [500000, 10.002, 0, 5000000, 0, -10.002],
      [500000, 10, 0.01, 5000000, 0, -10],
    ] as const
  ) {
    const error = assertThrows(() => alignment(grid, header(transform), names), InputError, cure);
    assertEquals(error.message.includes(GRID.join(", ")), true);
    assertEquals(error.message.includes(transform.join(", ")), true);
    assertEquals(error.message.split("\n").length, 1);
  }
  // gdalwarp fills with 0 else, which is a value like any other.
  const floats = { dtype: "float32" as const, crs: crs(32634) };
  for (
    const [extra, option] of [
      [{ nodata: 7, crs: crs(32634) }, "-dstnodata 7"],
      [floats, "-dstnodata nan"],
      [{ ...floats, nodata: -9999 }, "-dstnodata -9999"],
      [{ ...floats, nodata: NaN }, "-dstnodata nan"],
    ] as const
  ) {
    assertThrows(
      () => alignment(grid, header(GRID, extra), names),
      InputError,
      cure.replace(" -te", ` ${option} -te`),
    );
  }
  // A hundredth of a pixel may be lost in the text of coordinates.
  assertEquals(
    alignment(grid, header([500000.05, 10, 0, 5000000, 0, -10]), names),
    { column: 0, row: 0 },
  );
  const other = header(GRID, { crs: crs(32634) });
  assertThrows(
    () => alignment(grid, other, names),
    InputError,
    "Cannot use b.tif with a.tif: the CRS must be EPSG:32633, got EPSG:32634; align it with: " +
      cure,
  );
});

Deno.test("alignment() compares CRS without a code by their keys, not by their names", () => {
  const own = (parallel: number, ascii: string): RasterHeader =>
    header(GRID, {
      crs: {
        geoKeys: {
          directory: [1, 1, 0, 3, 1024, 0, 1, 1, 1026, 34737, 4, 0, 3078, 34736, 1, 0],
          doubles: [parallel],
          ascii,
        },
      },
    });
  assertEquals(alignment(own(47, "one|"), own(47, "two|"), names), { column: 0, row: 0 });
  assertThrows(() => alignment(own(47, "a|"), own(48, "a|"), names), InputError, "the CRS must be");
});

Deno.test("alignment() demands equal sizes where a georeference is missing", () => {
  const bare = header();
  assertEquals(alignment(bare, header(), names), { column: 0, row: 0 });
  assertEquals(alignment(grid, bare, names), { column: 0, row: 0 });
  const smaller = header(undefined, { width: 99 });
  assertThrows(
    () => alignment(bare, smaller, names),
    InputError,
    "without georeference the sizes must be equal, 100×80, got 99×80",
  );
});

Deno.test("alignment() refuses rasters that do not overlap as that, on whatever grid", () => {
  for (const size of [10, 20, 10.002]) {
    for (const [x, y] of [[600000, 5000000], [500000, 5000800 * 2], [501000, 5000000]] as const) {
      const error = assertThrows(
        () => alignment(grid, header([x, size, 0, y, 0, -size]), names),
        InputError,
        "Cannot use b.tif with a.tif: they must overlap, got rasters that begin ",
      );
      assertEquals(error.message.includes("gdalwarp"), false);
    }
  }
});
