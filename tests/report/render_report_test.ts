import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { renderReport, REPORT_BYTES, type ReportData, type ReportView } from "../../report/mod.ts";
import { tinyModel } from "../restoration/tiny.ts";
import { EVIL, reportOn } from "./cases.ts";
import { slowTest } from "../slow.ts";

await useEngine("cpu");

const model = tinyModel();

Deno.test("text of file names, titles and cards never becomes an element", async () => {
  const evil = {
    ...model,
    card: {
      ...model.card,
      name: EVIL,
      description: EVIL,
      licence: EVIL,
      training: { [EVIL]: EVIL },
    },
  };
  const { data } = await reportOn(evil, {
    truth: true,
    options: { title: EVIL, command: EVIL, engine: EVIL, ensemble: { samples: 2 } },
  });
  const text = renderReport({ ...data, notes: [EVIL] });
  assert(!text.includes("<script>alert"));
  assertEquals(text.match(/<script/g)!.length, 3);
  assertEquals(text.match(/<\/script>/g)!.length, 3);
  assertStringIncludes(text, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
});

Deno.test("a report loads nothing and runs only its own script", async () => {
  const { data } = await reportOn(model);
  const text = renderReport(data);
  assertStringIncludes(text, `content="default-src 'none'; style-src 'sha256-`);
  assert(!text.includes("unsafe-"));
  assert(!/\s(style|on\w+)=/.test(text.replace(/<(script|style)[\s\S]*?<\/\1>/g, "")));
  assert(!/(src|href)="(?!#)/.test(text));
});

Deno.test("a report states what is unknown", async () => {
  const { data } = await reportOn(model);
  const text = renderReport(data);
  assertStringIncludes(text, "<strong>is not known</strong>");
  assertStringIncludes(text, "No mask was used");
  assertStringIncludes(text, "--samples 8");
  const { data: sampled } = await reportOn(model, { options: { ensemble: { samples: 2 } } });
  assertStringIncludes(
    renderReport(sampled),
    "Without a clear image, its calibration on this scene is unknown",
  );
});

/** Incompressible values. */
function noise(length: number, purpose: string): Float32Array {
  return createRng(1).fork(purpose).normals(length).map((value) => 3000 + 500 * value);
}

slowTest("a report has at most 15 MB, whatever its pixels are", async () => {
  const { data } = await reportOn(model);
  const bands = Array.from({ length: 13 }, (_, i) => ({ name: `b${i}`, wavelength: null }));
  const view = (
    width: number,
    height: number,
    held: number,
    ids: readonly string[],
  ): ReportView => {
    const pixels = noise(width * height * held, `${held}`);
    return {
      label: "",
      window: { column: 0, row: 0, width, height },
      step: 1,
      width,
      height,
      bands: Array.from({ length: held }, (_, i) => i),
      images: ids.map((id) => ({ id, label: id, data: pixels })),
    };
  };
  const ids = ["date0", "date1", "date2", "restored", "truth"];
  const large: ReportData = {
    ...data,
    bands,
    stretch: bands.map(() => [0, 6000] as const),
    views: [view(336, 336, 13, ids), view(1024, 1024, 4, ["date1", "restored", "truth"])],
  };
  const bytes = new TextEncoder().encode(renderReport(large)).length;
  assert(bytes <= REPORT_BYTES && bytes > REPORT_BYTES / 2, `${bytes} bytes`);
});
