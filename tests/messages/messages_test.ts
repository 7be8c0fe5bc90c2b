/** docs/messages.md says what likely mistakes are told, and the cures in the messages work. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { read } from "../docs/documents.ts";
import { HAS_GDAL, shell } from "../gdal.ts";
import { slowTest } from "../slow.ts";
import { openScene } from "../../products/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { LOOK_ALIKES } from "./look_alikes.ts";
import { type Mistake, MISTAKES } from "./mistakes.ts";
import { productRow, tryLookAlikes } from "./try_look_alikes.ts";
import { cellOf, type Tried, tryMistakes } from "./try_mistakes.ts";

/** Commands of messages; up to a semicolon or the end. */
const COMMAND = /(?:gdalwarp|gdal_translate|gdal_edit\.py|unzip) [^;]*/g;

/** Rows of the page by mistake. */
async function rowsOfPage(): Promise<ReadonlyMap<string, string>> {
  const rows = (await read("docs/messages.md")).matchAll(/^\| (.+?) +\| (.+?) +\|$/gm);
  return new Map(Array.from(rows, ([, mistake, said]) => [mistake!, said!]));
}

const ALL: readonly Mistake[] = Object.values(MISTAKES).flat();

Deno.test("docs/messages.md has every mistake that is tried", async () => {
  const rows = await rowsOfPage();
  assert(ALL.length >= 20);
  assertEquals(ALL.filter(({ mistake }) => !rows.has(mistake)), []);
});

/** Runs the commands of a message, and restores what they made. */
async function runCures({ mistake: { args, values = {}, flags }, lines, folder, again }: Tried) {
  const said = lines.join("\n");
  const done: string[] = [];
  for (const [command] of said.matchAll(COMMAND)) {
    const filled = Object.entries(values).reduce(
      (text, [name, value]) => text.replace(new RegExp(` ${name}(?= |$)`), ` ${value}`),
      command,
    );
    const own = args.find((arg) => filled.includes(arg))!;
    await shell(filled, folder);
    const fixed = `fixed_${own}`.replace(/\.(?:vrt|zip)$/, ".tif");
    if (/ OUT\.tif$/.test(filled)) await Deno.rename(`${folder}/OUT.tif`, `${folder}/${fixed}`);
    const made = / OUT\.tif$/.test(filled)
      ? fixed
      : own.endsWith(".zip")
      ? "c_2018-05-07.tif"
      : own;
    const { code, err } = await again(args.map((arg) => arg === own ? made : arg));
    assertEquals(code, 0, err);
    done.push(filled);
  }
  if (flags !== undefined) {
    assert(said.includes(flags[0]!), `${said} must name ${flags[0]}`);
    const { code, err } = await again([...args, ...flags]);
    assertEquals(code, 0, err);
    const warning = lines.find((line) => line.startsWith("warning: "));
    assert(warning === undefined || !err.includes(warning), err);
    done.push(flags.join(" "));
  }
  return done;
}

/** Least number of cures that each group has. */
const CURES: Readonly<Record<string, number>> = {
  "Place and grid": 5,
  "Bands and values": 6,
  "Paths and formats": 3,
  "Dates": 3,
};

for (const group of Object.keys(MISTAKES)) {
  slowTest(
    `mistakes are told what docs/messages.md says, and the cures work: ${group}`,
    async () => {
      if (!HAS_GDAL) return;
      const rows = await rowsOfPage();
      const cures: string[] = [];
      await tryMistakes(async (tried) => {
        const { mistake: { mistake, warns = false }, code, lines } = tried;
        const isFine = /reflectance from 0 to 1/.test(mistake);
        assertEquals(code === 0, warns || isFine, `${mistake}: ${lines}`);
        assertEquals(rows.get(mistake), cellOf(tried));
        cures.push(...await runCures(tried));
      }, [group]);
      assert(cures.length >= CURES[group]!, cures.join("\n"));
    },
  );
}

Deno.test("docs/messages.md has every product that is tried", async () => {
  const page = await read("docs/messages.md");
  assertEquals(LOOK_ALIKES.filter(({ product }) => !page.includes(`| ${product} `)), []);
});

/** Text without the padding of tables. */
const squeezed = (text: string) => text.replace(/ +/g, " ");

slowTest("look-alikes of products are restored or refused as docs/messages.md says", async () => {
  const page = squeezed(await read("docs/messages.md"));
  let restored = 0;
  await tryLookAlikes(async (tried) => {
    const { product: { path, product }, folder, l1c, code } = tried;
    assertStringIncludes(page, squeezed(productRow(tried)));
    assert(
      /Zarr/.test(path) || /zarr$/.test(path) || l1c.includes("surface reflectance (L2A)"),
      l1c,
    );
    if (code !== 0) return;
    restored++;
    const scene = await openScene(`${folder}/${path}`);
    const [input, output, source] = [
      await scene.read(),
      await readRaster(`${folder}/out.tif`),
      await readRaster(`${folder}/out.provenance.tif`),
    ];
    await scene.close();
    assertEquals([output.dtype, output.nodata], [input.dtype, input.nodata], product);
    assertEquals(output.transform, input.transform);
    // The fill stays; clear pixels far from the mask stay bit for bit; the hidden half is restored.
    const at = (column: number, row: number) => row * output.width + column;
    assertEquals([source.data[at(0, 0)], source.data[at(0, 5)]], [0, 1], product);
    assert(source.data[at(31, 20)]! >= 2, product);
    const values = (raster: typeof output, pixel: number) =>
      Array.from(raster.data.slice(pixel * raster.bands.length, (pixel + 1) * raster.bands.length));
    assertEquals(values(output, at(0, 0)), output.bands.map(() => input.nodata ?? NaN));
    const own = output.bands.map((band) =>
      input.bands.indexOf(band === "B08" && !input.bands.includes(band) ? "B8A" : band)
    );
    assertEquals(
      values(output, at(0, 5)),
      own.map((band) => values(input, at(0, 5))[band]!),
      product,
    );
  });
  assert(restored >= 6, `${restored}`);
});
