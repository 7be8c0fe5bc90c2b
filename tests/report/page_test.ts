/** A report in a browser, used by mouse, finger and keyboard. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { useEngine } from "../../engine/mod.ts";
import { renderReport, type ReportData } from "../../report/mod.ts";
import { inFolder, tinyModel } from "../restoration/tiny.ts";
import { AXE } from "./axe.ts";
import { EVIL, reportOn } from "./cases.ts";
import { findChromium, type Page, withPage } from "./chromium.ts";
import { open } from "./open_report.ts";
import { RUN_SLOW } from "../slow.ts";

const chromium = await findChromium();
const required = Deno.env.get("EMRDM_REQUIRE_CHROMIUM") === "1";

/** Everything that a report can show, and the least. */
async function reports(): Promise<Readonly<Record<string, ReportData>>> {
  await useEngine("cpu");
  const model = tinyModel();
  const evil = { ...model, card: { ...model.card, name: EVIL, description: EVIL } };
  const { data: full } = await reportOn(evil, {
    truth: true,
    options: {
      mask: { source: "detector" },
      ensemble: { samples: 2 },
      title: `${EVIL}, clouds removed`,
      command: `emrdm report ${EVIL}`,
    },
  });
  const { data: bare } = await reportOn(evil, { dates: 1, size: { width: 12, height: 9 } });
  const { data: large } = await reportOn(evil, {
    size: { width: 600, height: 24 },
    options: { steps: 1, mask: { source: "detector" } },
  });
  // What a self-check says is tested with restoration; here it only has to be shown.
  const rows = full.truth!.scores[0]!.rows
    .flatMap(({ method, score }) => score === null ? [] : [{ method, score }]);
  return { full: { ...full, selfCheck: { pixels: 99, rows, how: EVIL } }, bare, large };
}

/** Where an element is in sight, after scrolling there. */
async function boxOf(page: Page, id: string) {
  return await page.evaluate<{ x: number; y: number; width: number; height: number }>(`(() => {
    document.documentElement.style.scrollBehavior = "auto";
    const element = document.getElementById(${JSON.stringify(id)});
    element.scrollIntoView({ block: "center" });
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  })()`);
}

const clip = (page: Page) =>
  page.evaluate<string>("document.getElementById('canvas-after').style.clipPath");
const value = (page: Page, id: string) =>
  page.evaluate<string>(`document.getElementById(${JSON.stringify(id)}).value`);
const where = (page: Page) =>
  page.evaluate<string>("document.getElementById('point-where').textContent");

/** Pixels of a canvas as text that tells pictures apart. */
const picture = (page: Page, selector: string) =>
  page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)}).toDataURL()`);

async function testPointer(page: Page): Promise<void> {
  const { x, y, width, height } = await boxOf(page, "stage");
  const at = (share: number) => x + share * width;
  await page.mouse("mouseMoved", at(0.1), y + height / 2);
  const spectra = await page.evaluate<string>("document.getElementById('spectra').innerHTML");
  await page.mouse("mouseMoved", at(0.9), y + height / 4);
  assertNotEquals(await page.evaluate("document.getElementById('spectra').innerHTML"), spectra);
  assertEquals(await where(page), "column 36, row 8");
  await page.mouse("mousePressed", at(0.9), y + height / 4);
  await page.mouse("mouseMoved", at(0.5), y + height / 4);
  await page.mouse("mouseMoved", at(0.25), y + height / 4);
  await page.mouse("mouseReleased", at(0.25), y + height / 4);
  assertEquals([await clip(page), await value(page, "slider")], ["inset(0px 0px 0px 25%)", "25"]);
  await page.touch("touchStart", at(0.3), y + height / 2);
  await page.touch("touchMove", at(0.5), y + height / 2);
  await page.touch("touchMove", at(0.75), y + height / 2);
  await page.touch("touchEnd", at(0.75), y + height / 2);
  assertEquals(await value(page, "slider"), "75");
  await page.touch("touchStart", at(0.06), y + height * 0.95);
  await page.touch("touchEnd", at(0.06), y + height * 0.95);
  assertEquals([await where(page), await value(page, "slider")], ["column 2, row 30", "75"]);
}

async function testKeyboard(page: Page): Promise<void> {
  const focus = (id: string) => page.evaluate(`document.getElementById('${id}').focus()`);
  await focus("slider");
  const before = Number(await value(page, "slider"));
  await page.press("ArrowRight");
  assertEquals(await clip(page), `inset(0px 0px 0px ${before + 1}%)`);
  await page.press("Home");
  assertEquals(await clip(page), "inset(0px 0px 0px 0%)");
  const text = await page.evaluate(
    "document.getElementById('slider').ariaValueText ?? document.getElementById('slider').getAttribute('aria-valuetext')",
  );
  assertEquals(text, "0 % before, 100 % after");
  await focus("column");
  const place = await where(page);
  await page.press("ArrowUp");
  assertNotEquals(await where(page), place);
  await focus("colours");
  const shown = await picture(page, "canvas[data-image=restored]");
  await page.press("ArrowDown");
  assertNotEquals(await picture(page, "canvas[data-image=restored]"), shown);
  await focus("mask-step");
  const masks = await picture(page, "canvas[data-mask='0']");
  await page.press("Home");
  assertNotEquals(await picture(page, "canvas[data-mask='0']"), masks);
}

/** Tab reaches all that can be used, in the order of the page. */
async function testTabs(page: Page): Promise<void> {
  const wanted = await page.evaluate<number>(`(() => {
    document.activeElement?.blur();
    scrollTo(0, 0);
    const all = [...document.querySelectorAll("a[href], select, input:not([type=hidden]), summary")];
    all.forEach((element, i) => element.dataset.tab = String(i));
    return all.length;
  })()`);
  const reached: (string | null)[] = [];
  for (let i = 0; i < wanted; i++) {
    await page.press("Tab");
    reached.push(await page.evaluate("document.activeElement.dataset.tab ?? null"));
  }
  assertEquals(reached, Array.from({ length: wanted }, (_, i) => String(i)));
}

async function testBarriers(page: Page): Promise<void> {
  await page.evaluate(`${AXE}; undefined`);
  const found = await page.evaluate<{ id: string; html: string[] }[]>(`(async () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const { violations } = await axe.run(document);
    return violations.map(({ id, nodes }) => ({ id, html: nodes.map(({ html, failureSummary }) => html + failureSummary) }));
  })()`);
  assertEquals(found, []);
}

Deno.test({
  name: "a report opens from disk in Chromium, and works by mouse, finger and keyboard",
  ignore: !RUN_SLOW || (chromium === undefined && !required),
  fn: async (t) => {
    assert(chromium !== undefined, "EMRDM_REQUIRE_CHROMIUM is set, but no Chromium is on PATH");
    const all = await reports();
    await inFolder(async (folder) => {
      for (const [name, data] of Object.entries(all)) {
        await Deno.writeTextFile(`${folder}/${name}.html`, renderReport(data));
      }
      const address = (name: string) => `file://${folder}/${name}.html`;
      await withPage(chromium, async (page) => {
        for (const name of Object.keys(all)) {
          for (const width of [1280, 390]) {
            await t.step(
              `${name} at ${width} pixels: no scroll bar, no barrier, no request`,
              async () => {
                await page.scheme(width === 390 ? "dark" : "light");
                await open(page, address(name), width);
                const wide = await page.evaluate("document.documentElement.scrollWidth");
                assertEquals(wide, width);
                await testBarriers(page);
                assertEquals(await page.evaluate("document.documentElement.scrollWidth"), width);
                assertEquals([page.complaints, page.requests], [[], []]);
                assertEquals(await page.evaluate("document.querySelectorAll('script').length"), 3);
                const empty = await page.evaluate<string[]>(
                  `[...document.querySelectorAll("canvas")]
                .filter((canvas) => !canvas.getContext("2d")
                  .getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0))
                .map((canvas) => canvas.outerHTML)`,
                );
                assertEquals(empty, [], "a canvas is not painted");
              },
            );
          }
        }
        await t.step("mouse and finger move the divider and the point", async () => {
          await open(page, address("full"), 1280);
          await testPointer(page);
        });
        await t.step("the keyboard does the same, and chooses colours and steps", async () => {
          await testKeyboard(page);
        });
        await t.step("Tab reaches everything", async () => {
          for (const name of ["full", "large"]) {
            await open(page, address(name), 390);
            await testTabs(page);
          }
        });
        await t.step("a large scene is seen whole, then in detail", async () => {
          await open(page, address("large"), 1280);
          const hidden = "document.getElementById('detail-frame').hidden";
          assertEquals(await page.evaluate(hidden), false);
          const whole = await picture(page, "#canvas-after");
          await page.evaluate("document.getElementById('view').focus()");
          await page.press("ArrowUp");
          assertEquals(await page.evaluate(hidden), true);
          assertNotEquals(await picture(page, "#canvas-after"), whole);
        });
        assertEquals([page.complaints, page.requests], [[], []]);
      });
    });
  },
});
