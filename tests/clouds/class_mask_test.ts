import { assertEquals, assertRejects } from "@std/assert";
import { type Crs, type GeoTransform, InputError, type Raster } from "../../core/mod.ts";
import { MASK_UNKNOWN, openClassMask } from "../../clouds/mod.ts";
import { type RasterHeader, type RasterWindow, writeCog } from "../../rasters/mod.ts";
import { ranged } from "../files/server.ts";

const UTM33: Crs = { epsg: 32633, geoKeys: { directory: [1, 1, 0, 1, 3072, 0, 1, 32633] } };
const UTM34: Crs = { epsg: 32634, geoKeys: { directory: [1, 1, 0, 1, 3072, 0, 1, 32634] } };

function classes(
  rows: readonly (readonly number[])[],
  extra: Partial<Raster> = {},
): Raster {
  const width = rows[0]!.length;
  return {
    width,
    height: rows.length,
    bands: ["1"],
    data: Uint8Array.from(rows.flat()),
    dtype: "uint8",
    ...extra,
  };
}

function scene(width: number, height: number, transform?: GeoTransform): RasterHeader {
  const plain = { width, height, bands: ["B02"], dtype: "uint16" as const };
  return { ...plain, ...(transform && { transform, crs: UTM33 }) };
}

/** The mask of the whole scene, or of a window, as rows. */
async function maskOf(
  raster: Raster,
  { grid, area, values, name = "mask.tif", window }: {
    readonly grid: RasterHeader;
    readonly area?: RasterWindow;
    readonly values?: readonly number[];
    readonly name?: string;
    readonly window?: readonly [number, number, number, number];
  },
): Promise<number[][]> {
  const folder = await Deno.makeTempDir();
  try {
    await writeCog(`${folder}/${name}`, raster);
    const mask = await openClassMask(`${folder}/${name}`, {
      grid,
      ...(area && { area }),
      ...(values && { values }),
    });
    try {
      const [column, row, width, height] = window ?? [0, 0, grid.width, grid.height];
      const data = Array.from(await mask.read({ column, row, width, height }));
      return Array.from({ length: height }, (_, y) => data.slice(y * width, (y + 1) * width));
    } finally {
      await mask.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openClassMask() masks clouds, shadows and cirrus of a scene classification", async () => {
  const scl = classes([[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]);
  const expected = [[MASK_UNKNOWN, 0, 0, 3, 0, 0], [0, 0, 1, 1, 2, 0]];
  const grid = scene(6, 2);
  assertEquals(await maskOf(scl, { grid, name: "T33UUP_SCL_20m.tif" }), expected);
  assertEquals(await maskOf({ ...scl, bands: ["SCL"] }, { grid }), expected);
  // Any other raster: every class but 0.
  assertEquals(await maskOf(scl, { grid }), [[0, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]);
  assertEquals(
    await maskOf(scl, { grid, name: "a_SCL_b.tif", values: [0, 11] }),
    [[1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]],
  );
});

Deno.test("openClassMask() says where the mask has no data", async () => {
  const raster = classes([[0, 1, 255]], { nodata: 255 });
  assertEquals(await maskOf(raster, { grid: scene(3, 1) }), [[0, 1, MASK_UNKNOWN]]);
  const floats = {
    ...raster,
    dtype: "float32" as const,
    data: new Float32Array([0, 1, NaN]),
    nodata: NaN,
  };
  assertEquals(await maskOf(floats, { grid: scene(3, 1) }), [[0, 1, MASK_UNKNOWN]]);
});

Deno.test("openClassMask() takes the pixel under each centre, at any resolution and place", async () => {
  const coarse = classes([[0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 1, 1]], {
    transform: [980, 20, 0, 1020, 0, -20],
    crs: UTM33,
  });
  // The scene begins a coarse pixel right and below.
  const grid = scene(4, 4, [1000, 10, 0, 1000, 0, -10]);
  const expected = [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]];
  assertEquals(await maskOf(coarse, { grid }), expected);
  assertEquals(await maskOf(coarse, { grid, window: [1, 2, 2, 1] }), [[0, 1]]);
  // A finer mask: the centre of each pixel of the scene decides.
  const fine = classes(
    Array.from(
      { length: 12 },
      (_, y) => Array.from({ length: 12 }, (_, x) => Number(x % 3 === 1 && y % 3 === 1)),
    ),
    { transform: [1000, 10 / 3, 0, 1000, 0, -10 / 3], crs: UTM33 },
  );
  assertEquals(await maskOf(fine, { grid }), Array.from({ length: 4 }, () => [1, 1, 1, 1]));
});

Deno.test("openClassMask() takes sizes that divide each other without georeference", async () => {
  const mask = classes([[0, 1], [1, 0]]);
  assertEquals(
    await maskOf(mask, { grid: scene(4, 4) }),
    [[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0], [1, 1, 0, 0]],
  );
  assertEquals(await maskOf(mask, { grid: scene(1, 1) }), [[0]]);
  await assertRejects(
    () => maskOf(mask, { grid: scene(5, 4) }),
    InputError,
    "5×4, or divide it, got 2×2",
  );
});

Deno.test("openClassMask() refuses another CRS, several bands, and masks of a part", async () => {
  const transform: GeoTransform = [1000, 10, 0, 1000, 0, -10];
  const grid = scene(4, 4, transform);
  const rows = [[0, 1], [1, 0]];
  await assertRejects(
    () => maskOf(classes(rows, { transform, crs: UTM34 }), { grid }),
    InputError,
    "EPSG:32633, got EPSG:32634; align it with: gdalwarp -t_srs EPSG:32633 -dstnodata 255 " +
      "-te 1000 960 1040 1000",
  );
  await assertRejects(
    () => maskOf(classes(rows, { transform, crs: UTM33 }), { grid }),
    InputError,
    "4×4 pixels, got only columns 0 to 1 and rows 0 to 1",
  );
  await assertRejects(
    () => maskOf(classes(rows, { transform: [9000, 10, 0, 1000, 0, -10], crs: UTM33 }), { grid }),
    InputError,
    "it must overlap the scene, 4×4 pixels from 1000, 1000, got one of 2×2 from 9000, 1000; does it show the same area?",
  );
  // Less than a pixel of the mask may be missing.
  const coarse = classes(rows, { transform: [1000, 19, 0, 1000, 0, -19], crs: UTM33 });
  assertEquals(await maskOf(coarse, { grid }), [[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0], [
    1,
    1,
    0,
    0,
  ]]);
  const two = { ...classes([[0, 1, 1, 0]]), width: 2, bands: ["a", "b"] };
  await assertRejects(
    () => maskOf(two, { grid: scene(2, 1) }),
    InputError,
    "one band, or one named SCL",
  );
});

Deno.test("openClassMask() asks for cover of what is read, and counts its rows right", async () => {
  // A tenth of a degree in 128 rows: no step that floats hold.
  const step = 0.1 / 128;
  const transform: GeoTransform = [13.3, step, 0, 47.7, 0, -step];
  const grid = scene(128, 256, transform);
  const half = classes(Array.from({ length: 128 }, () => Array(128).fill(1)), {
    transform: [13.3, step, 0, 47.7, 0, -step],
    crs: UTM33,
  });
  await assertRejects(
    () => maskOf(half, { grid }),
    InputError,
    "the whole scene, 128×256 pixels, got only columns 0 to 127 and rows 0 to 127; extend it",
  );
  const area = { column: 3, row: 120, width: 2, height: 8 };
  assertEquals(
    await maskOf(half, { grid, area, window: [3, 126, 2, 3] }),
    [[1, 1], [1, 1], [MASK_UNKNOWN, MASK_UNKNOWN]],
  );
  await assertRejects(
    () => maskOf(half, { grid, area: { ...area, height: 20 } }),
    InputError,
    "it must cover columns 3 to 4 and rows 120 to 139 of the scene, got only columns 3 to 4 and " +
      "rows 120 to 127; extend it with unknown pixels: gdalwarp ",
  );
  await assertRejects(
    () => maskOf(half, { grid, area: { ...area, row: 200 } }),
    InputError,
    "got none of it; extend it",
  );
});

Deno.test({
  name: "openClassMask() refuses another CRS with a command that leaves the unknown unknown",
  ignore: !await hasGdalwarp(),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/mask.tif`;
      // East of the border between the zones; its west half is not in the mask.
      const raster = classes(Array.from({ length: 40 }, () => Array(40).fill(0)), {
        transform: [300000, 10, 0, 5300000, 0, -10],
        crs: UTM34,
      });
      await writeCog(path, raster);
      const grid = scene(80, 40, await inUtm33(300000, 5300000));
      const error = await assertRejects(() => openClassMask(path, { grid }), InputError);
      const command = error.message.split("align it with: ")[1]!;
      const args = command.replace("OUT.tif", `${folder}/out.tif`).split(" ");
      assertEquals(args.includes("-dstnodata"), true);
      assertEquals((await new Deno.Command(args[0]!, { args: args.slice(1) }).output()).code, 0);
      const mask = await openClassMask(`${folder}/out.tif`, { grid });
      const data = await mask.read({ column: 0, row: 20, width: 80, height: 1 });
      await mask.close();
      assertEquals([data[5], data[60]], [MASK_UNKNOWN, 0]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function hasGdalwarp(): Promise<boolean> {
  try {
    return (await new Deno.Command("gdalwarp", { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A grid of zone 33 whose column 40 is near a position of zone 34, its row 0 above it. */
async function inUtm33(x: number, y: number): Promise<GeoTransform> {
  const process = new Deno.Command("gdaltransform", {
    args: ["-s_srs", "EPSG:32634", "-t_srs", "EPSG:32633"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${x} ${y}\n`));
  await writer.close();
  const { stdout } = await process.output();
  const [east, north] = new TextDecoder().decode(stdout).split(" ").map(Number);
  return [Math.round(east!) - 400, 10, 0, Math.round(north!), 0, -10];
}

Deno.test("openClassMask() reads a mask once: windows come from memory, as from the file", async () => {
  const size = { width: 70, height: 1600 };
  const grid = scene(size.width, size.height);
  const data = Uint8Array.from(
    { length: size.width * size.height },
    // Classes of a scene classification, with nodata and a few rows that hold nothing else.
    (_, i) => i % 977 < 300 ? [4, 9, 3, 0, 10][Math.floor(i / 977) % 5]! : i > 90_000 ? 8 : 4,
  );
  const folder = await Deno.makeTempDir();
  const asked: string[] = [];
  let bytes = new Uint8Array(0);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return asked.at(-1) === "/SCL.tif"
      ? ranged(bytes, request)
      : new Response("none", { status: 404 });
  });
  try {
    await writeCog(`${folder}/SCL.tif`, {
      ...size,
      bands: ["SCL"],
      dtype: "uint8",
      nodata: 8,
      data,
    });
    bytes = await Deno.readFile(`${folder}/SCL.tif`);
    const address = `http://127.0.0.1:${server.addr.port}/SCL.tif`;
    const kept = await openClassMask(address, { grid });
    const opened = asked.length;
    // A look counts parts of the mask, and reads windows from the file.
    const look = await openClassMask(`${folder}/SCL.tif`, { grid, isLook: true });
    assertEquals(look.summary.startsWith("SCL: hides "), true, look.summary);
    assertEquals(look.summary.endsWith(", in a sample"), true, look.summary);
    for (
      const [column, row, width, height] of [
        [0, 0, 70, 1600],
        [3, 250, 20, 20],
        [0, 511, 70, 2],
        [69, 1599, 1, 1],
        [10, 1000, 50, 600],
        [0, 0, 5, 5],
      ] as const
    ) {
      const window = { column, row, width, height };
      assertEquals(await kept.read(window), await look.read(window), JSON.stringify(window));
    }
    assertEquals(asked.length, opened, "no window is read from the server again");
    await kept.close();
    await look.close();
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});
