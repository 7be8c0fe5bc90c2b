import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InputError, OutputError } from "../../core/mod.ts";
import { parseCsv } from "../../files/mod.ts";
import { csvColumns } from "../../evaluation/evaluation_csv.ts";
import {
  evaluationCsv,
  type EvaluationRow,
  openEvaluationCsv,
  readEvaluationCsv,
} from "../../evaluation/mod.ts";
import { inFolder } from "../restoration/tiny.ts";

function row(image: string, more: Partial<EvaluationRow> = {}): EvaluationRow {
  return {
    set: "one",
    image,
    method: "m",
    kind: "model",
    pixels: "all",
    count: 5,
    cover: 0.1 + 0.2,
    mask: "exact",
    profile: "standard",
    truth: "01234567",
    input: "",
    psnr: 1 / 3,
    ssim: -1e-7,
    mae: 0.1,
    rmse: 0.2,
    sam: 3,
    lpips: 0.25,
    weave: 1.5,
    contrast: 0.75,
    bias: 10000 * (1 / 7),
    seam: -0.125,
    bands: { B02: { bias: -1 / 7, mae: 0, rmse: 1e-9 } },
    ...more,
  };
}

/** Names as people give them, and every kind of missing number. */
const ODD: readonly EvaluationRow[] = [
  row('a, "b"\nc\r\n'),
  row(" spaces "),
  row("# no comment", { set: "Zürich, 1" }),
  row("d", { psnr: Infinity, ssim: null, sam: null, cover: null, mask: "none" }),
  row("f", { weave: null, seam: null, noVisual: { weave: "too few pixels", seam: "no edge" } }),
  row("e", { lpips: null, noLpips: "no weights", method: '"' }),
];
const OPTIONS = { run: "0badcafe", bands: ["B02", "B03"] };

Deno.test("rows survive CSV, whatever characters their names contain", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    await Deno.writeTextFile(path, evaluationCsv(ODD, OPTIONS));
    assertEquals(await readEvaluationCsv(path), ODD);
    const [first, , , , short, last] = parseCsv(await Deno.readTextFile(path), path);
    assertEquals(Object.keys(first!), csvColumns(OPTIONS.bands));
    assertEquals([first!["bias_B02"], first!["bias_B03"]], [`${-1 / 7}`, ""]);
    assertEquals(last!["lpips"], "no weights");
    assertEquals([short!["weave"], short!["seam"]], ["too few pixels", "no edge"]);
  });
});

Deno.test("CSV has lines and quotes of RFC 4180 and columns in a stable order", () => {
  const [head, line, end] = evaluationCsv([row('say "x"')], { run: "r", bands: ["B02"] }).split(
    "\r\n",
  );
  assertEquals(
    head,
    "run,set,image,method,kind,pixels,count,cover,mask,profile,truth,input,psnr,ssim,mae,rmse,sam," +
      "lpips,weave,contrast,bias,seam,bias_B02,mae_B02,rmse_B02",
  );
  assert(line!.startsWith('r,one,"say ""x""",m,model,all,5,'), line);
  assertEquals(end, "");
  assertThrows(
    () => evaluationCsv([row("a")], { run: "r", bands: ["B03"] }),
    TypeError,
    "its bands must be among B03, got B02",
  );
});

Deno.test("a CSV resumes after the last complete image, wherever it was cut", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    const cases = ["a", 'b "2"\n', "c"].map((name) =>
      ["all", "cloudy"].map((pixels) => row(name, { pixels: pixels as "all" }))
    );
    const whole = evaluationCsv(cases.flat(), OPTIONS);
    // A prime stride falls on every kind of place: heads, quotes, line ends.
    for (let length = 0; length <= whole.length; length += 13) {
      await Deno.writeTextFile(path, whole.slice(0, length));
      const csv = await openEvaluationCsv(path, OPTIONS);
      const kept = csv.done.length / 2;
      assertEquals(csv.done, cases.slice(0, kept).flat(), `${length}`);
      for (const rows of cases.slice(kept)) await csv.append(rows);
      await csv.close();
      assertEquals(await Deno.readTextFile(path), whole, `${length}`);
    }
    const csv = await openEvaluationCsv(path, OPTIONS);
    // Of the last image rows may lack: it is scored again.
    assertEquals(csv.done, cases.slice(0, 2).flat());
    await csv.close();
  });
});

/** The same text as a version without visual columns wrote it. */
function withoutVisual(text: string): string {
  return text.split("\r\n").map((line) => {
    const cells = line.split(",");
    return cells.length < 18 ? line : [...cells.slice(0, 18), ...cells.slice(22)].join(",");
  }).join("\r\n");
}

Deno.test("a CSV without the visual columns is read, and resumes with them", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    const rows = ["a", "b", "c"].map((name) => row(name));
    const old = withoutVisual(evaluationCsv(rows, OPTIONS));
    assert(!old.includes("weave"), old);
    await Deno.writeTextFile(path, old);
    const bare = rows.map((one) => ({ ...one, weave: null, contrast: null, seam: null }));
    // The largest bias follows from the biases of the bands.
    assertEquals(await readEvaluationCsv(path), bare);
    const csv = await openEvaluationCsv(path, OPTIONS);
    assertEquals(csv.done, bare.slice(0, 2));
    await csv.append([rows[2]!]);
    await csv.close();
    const now = await readEvaluationCsv(path);
    assertEquals(now, [...bare.slice(0, 2), rows[2]!]);
    assertEquals(
      await Deno.readTextFile(path),
      evaluationCsv(now, OPTIONS),
    );
  });
});

Deno.test("a CSV of another run, or another kind of CSV, is left alone", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    const text = evaluationCsv(ODD, OPTIONS);
    await Deno.writeTextFile(path, text);
    const open = (more: Partial<Parameters<typeof openEvaluationCsv>[1]>) =>
      openEvaluationCsv(path, { ...OPTIONS, ...more });
    await assertRejects(
      () => open({ run: "other" }),
      OutputError,
      "rows of run 0badcafe, where this is other",
    );
    await assertRejects(() => open({ bands: ["B02"] }), OutputError, "got other columns");
    assertEquals(await Deno.readTextFile(path), text);
    const csv = await open({ run: "other", overwrite: true });
    await csv.close();
    assertEquals(await readEvaluationCsv(path), []);
    await assertRejects(() => readEvaluationCsv(`${folder}/b.csv`), InputError, "must exist");
    await Deno.writeTextFile(path, "a,b\n1,2\n");
    await assertRejects(() => readEvaluationCsv(path), InputError, "row 1 must be present");
    await Deno.writeTextFile(path, text.replace(",model,", ",modal,"));
    await assertRejects(() => readEvaluationCsv(path), InputError, "kind of row 1 must be one of");
  });
});
