/** The page of `web/` restores real dates in a browser, as the command line does. */

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { loadModel } from "../../checkpoints/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { readRaster } from "../../rasters/mod.ts";
import { provenancePath, restoreScene } from "../../restoration/mod.ts";
import { buildPage } from "../../web/build.ts";
import { findChromium, type Page } from "../report/chromium.ts";
import { RUN_SLOW, slowTest } from "../slow.ts";
import { linked, until, withWebPage } from "./open_page.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SERIES = `${ROOT}../shared/data/sen12mscr_ts`;
const DATES = ["5_2018-03-07", "15_2018-07-05", "21_2018-09-18"]
  .map((name) => `${SERIES}/s2_ROIs2017_146_ImgNo_${name}_patch_0.tif`);
/** Digital numbers: the same engine on the same pixels rounds alike. */
const SAME_ENGINE = 1;

const chromium = await findChromium();
const required = Deno.env.get("EMRDM_REQUIRE_CHROMIUM") === "1";
/** Paths without "..", which Chromium does not take; none without the data. */
const SERIES_FILES = await Promise.all(DATES.map((path) => Deno.realPath(path))).catch(() => []);

const isReady = "document.getElementById('status').textContent.startsWith('Ready')";
const click = (page: Page, id: string) =>
  page.evaluate(`document.getElementById(${JSON.stringify(id)}).click()`);
const text = (page: Page, id: string) =>
  page.evaluate<string>(`document.getElementById(${JSON.stringify(id)}).textContent`);

/** Writes a file that the page made, and compares it with one of the command line. */
async function compareFiles(bytes: Uint8Array, path: string): Promise<void> {
  const made = `${path}.page.tif`;
  await Deno.writeFile(made, bytes);
  const [found, expected] = [await readRaster(made), await readRaster(path)];
  const { data: _a, valid: _b, tags: _c, ...header } = found;
  const { data: _d, valid: _e, tags: _f, ...expectedHeader } = expected;
  assertEquals(header, expectedHeader);
  let most = 0;
  for (const [i, value] of found.data.entries()) {
    most = Math.max(most, Math.abs(value - expected.data[i]!));
  }
  assertLessOrEqual(most, SAME_ENGINE);
}

Deno.test({
  name: "the page restores three dropped dates as restoreScene() does, and asks for nothing",
  ignore: !RUN_SLOW || SERIES_FILES.length === 0 || (chromium === undefined && !required),
  fn: () =>
    withWebPage(chromium!, async ({ page, address, requests }) => {
      await page.resize(1280, 900);
      await page.open(`${address}?engine=wasm`);
      await until(page, isReady);
      const loaded = requests.length;
      await page.choose("#files", SERIES_FILES);
      await until(page, "document.querySelectorAll('#list li').length === 3");
      await page.evaluate(`document.querySelector('input[value*="2018-07-05"]').click()`);
      await click(page, "restore");
      await until(page, "!document.getElementById('result').hidden");
      assert((await text(page, "text")).includes("% observed"));
      assertEquals([requests.slice(loaded), page.complaints], [[], []]);
      for (const width of [390, 1280]) {
        await page.resize(width, 844);
        const overflow = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assertLessOrEqual(overflow, 0, `at ${width} pixels`);
      }
      const folder = await Deno.makeTempDir();
      try {
        await useEngine("wasm");
        const output = `${folder}/clear.tif`;
        await restoreScene(await loadModel(`${ROOT}weights/s2-temporal.safetensors`), {
          inputs: DATES.map((path) => ({ path })),
          reference: "2018-07-05",
          mask: { source: "detector" },
          write: { output },
        });
        await compareFiles(await linked(page, 0), output);
        await compareFiles(await linked(page, 1), provenancePath(output));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }),
});

Deno.test({
  name: "the page draws a sample scene, cancels, composes it, and says what a wrong file is",
  ignore: !RUN_SLOW || (chromium === undefined && !required),
  fn: () =>
    withWebPage(chromium!, async ({ page, address }) => {
      await page.open(`${address}?engine=wasm`);
      await until(page, isReady);
      const wrong = await Deno.makeTempFile({ suffix: ".tif" });
      await Deno.writeTextFile(wrong, "no raster");
      await page.choose("#files", [wrong]);
      const error = "document.getElementById('error').textContent";
      for (let i = 0; i < 100 && await page.evaluate(error) === ""; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const name = wrong.split("/").at(-1)!;
      const expected = `Cannot read raster ${name}: it must be a GeoTIFF, got a file that begins `;
      assertStringIncludes(await text(page, "error"), expected);
      await Deno.remove(wrong);

      await click(page, "sample");
      await until(page, "!document.getElementById('restore').disabled");
      await click(page, "restore");
      await click(page, "cancel");
      await until(page, "document.getElementById('status').textContent === 'Canceled.'");
      await page.evaluate("document.getElementById('method').value = 'composite'");
      await click(page, "restore");
      await until(page, "!document.getElementById('result').hidden");
      await page.evaluate("document.getElementById('swipe').focus()");
      const shown = () => page.evaluate<string>("document.getElementById('before').style.clipPath");
      const before = await shown();
      await page.press("Home");
      await until(page, "document.getElementById('swipe').value === '0'", 5);
      assert(await shown() !== before, "the keys move the edge");
    }),
});

slowTest("the browser library has no node: and no Deno in it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const built = await buildPage(folder);
    assertEquals(Object.values(built).flatMap(({ external }) => external), []);
    const program = `
      delete globalThis.Deno; delete globalThis.process; delete globalThis.Buffer;
      const { mount, readRaster, syntheticScene, createRng, writeCog, download } =
        await import(${JSON.stringify(`file://${folder}/emrdm.js`)});
      Object.defineProperty(navigator, "hardwareConcurrency", { value: 0 });
      const scene = syntheticScene(createRng(1), { width: 32, height: 32 });
      await writeCog("/out.tif", scene);
      const { data } = await readRaster("/out.tif");
      if (data.some((value, i) => value !== scene.data[i])) throw new Error("other pixels");
      console.log(download("/out.tif").size > 1000, data.length === scene.data.length);`;
    await Deno.writeTextFile(`${folder}/run.js`, program);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", `--allow-read=${folder}`, `${folder}/run.js`],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "true true\n", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
