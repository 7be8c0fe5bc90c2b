import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { loadModel, saveModel } from "../../checkpoints/mod.ts";
import { type EvaluationRow, readEvaluationCsv } from "../../evaluation/mod.ts";
import { createModel } from "../../model/mod.ts";
import { TINY } from "../restoration/tiny.ts";
import { emrdm, inFolder } from "./run.ts";
import { slowTest } from "../slow.ts";

Deno.test("evaluate scores a folder and a pair alike", async () => {
  await inFolder(async (folder) => {
    await emrdm("synth", "--out", folder, "--size", "40", "--dates", "2");
    const all = await emrdm("evaluate", `${folder}/clear`, folder, "--engine", "cpu", "--json");
    assertEquals(all.code, 0);
    const { cases, means } = JSON.parse(all.out);
    assertEquals(cases.map(({ name }: { name: string }) => name), ["scene0"]);
    assertEquals(means.restored.mae, 0);
    assert(means["copy the input"].mae > 0.01, all.out);
    const dates = [0, 1].flatMap((date) => ["--cloudy", `${folder}/cloudy/scene0_${date}.tif`]);
    const clear = `${folder}/clear/scene0.tif`;
    const pair = await emrdm("evaluate", clear, clear, ...dates, "--engine", "cpu", "--json");
    assertEquals(JSON.parse(pair.out).means, means);
    const { out } = await emrdm("evaluate", clear, clear, ...dates, "--engine", "cpu");
    assert(/^least cloudy +\d+\.\d\d /m.test(out), out);
    assertStringIncludes(out, "masks detected");
    assert(/^copy the input .* no weights /m.test(out), out);
  });
});

Deno.test("evaluate takes the mask of a pair, and a profile", async () => {
  await inFolder(async (folder) => {
    await emrdm("synth", "--out", folder, "--size", "40", "--dates", "1");
    const [clear, cloudy] = ["clear", "cloudy"].map((part) => `${folder}/${part}/scene0.tif`);
    const mask = `${folder}/mask/scene0.tif`;
    const flags = ["--cloudy", cloudy!, "--mask", mask, "--profile", "sen12MsCr"];
    const { code, out, err } = await emrdm(
      "evaluate",
      cloudy!,
      clear!,
      ...flags,
      "--engine",
      "cpu",
      "--json",
    );
    assertEquals(code, 0, err);
    const { profile, rows, cases } = JSON.parse(out);
    assertEquals([profile.name, cases[0].mask], ["sen12MsCr", "given"]);
    const of = (pixels: string) => rows.find((row: { pixels: string }) => row.pixels === pixels);
    assertEquals(of("cloudy").count + of("clear").count, 1600);
    assertEquals(of("cloudy").count, 1600 * cases[0].cover);
    assert(of("cloudy").mae > 2 * of("clear").mae, out);
  });
});

/** A folder with places and a small model for them. */
async function withModel(run: (folder: string, model: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const synth = ["--size", "32", "--dates", "2", "--scenes", "3"];
    await emrdm("synth", "--out", `${folder}/data`, ...synth);
    await saveModel(createModel(TINY, { seed: 1 }), `${folder}/tiny.safetensors`);
    await run(`${folder}/data`, `${folder}/tiny.safetensors`);
  });
}

Deno.test("evaluate writes JSON, CSV and Markdown, resumes its CSV, and compares", async () => {
  await withModel(async (data, model) => {
    const [csv, json, markdown] = ["csv", "json", "md"].map((end) => `${data}.${end}`) as [
      string,
      string,
      string,
    ];
    const call = ["evaluate", data, "--model", model, "--engine", "cpu", "--csv", csv];
    const first = await emrdm(...call, "--out", json, "--markdown", markdown, "--json");
    assertEquals(first.code, 0, first.err);
    const evaluation = JSON.parse(await Deno.readTextFile(json));
    assertEquals(evaluation, JSON.parse(first.out));
    assertEquals(evaluation.rows.length, (await readEvaluationCsv(csv)).length);
    assertEquals(evaluation.methods.map(({ name }: { name: string }) => name), ["tiny"]);
    assertEquals(evaluation.methods[0].facts.steps, 2);
    const text = await Deno.readTextFile(markdown);
    for (const part of ["| tiny | ", "no weights", evaluation.run, "n = 3", "BCa", "| B08 | "]) {
      assertStringIncludes(text, part);
    }

    const whole = await Deno.readTextFile(csv);
    await Deno.writeTextFile(csv, whole.slice(0, whole.length * 0.6));
    const again = await emrdm(...call, "--json");
    assertStringIncludes(again.err, `resuming ${csv}: 1 of 3 images are scored`);
    assertEquals(JSON.parse(again.out), evaluation);
    assertEquals(await Deno.readTextFile(csv), whole);

    // Another run does not resume it.
    const other = await emrdm(...call, "--steps", "1");
    assertEquals(other.code, 4);
    assertStringIncludes(other.err, "rows of run");
    assertEquals(await Deno.readTextFile(csv), whole);
    const compared = await emrdm(
      ...call.slice(0, -2),
      ...["--steps", "1", "--compare", csv],
    );
    assertEquals(compared.code, 0, compared.err);
    const sentence =
      /all pixels: no significant difference in PSNR between tiny and tiny \(data\) .* Wilcoxon p = 0\.\d+, exact/;
    assert(sentence.test(compared.out), compared.out);
    const fewer = await emrdm(...call.slice(0, -2), "--limit", "2", "--compare", csv);
    assertEquals(fewer.code, 3);
    assertStringIncludes(fewer.err, "has data / scene2 / all");
  });
});

Deno.test("evaluate takes lists: an index, sets as JSON, restored images of others", async () => {
  await withModel(async (data, model) => {
    const index = `${data}/index.csv`;
    const line = (i: number) =>
      `p${i},cloudy/scene${i}_0.tif;cloudy/scene${i}_1.tif,clear/scene${i}.tif,2018-01-0${
        i + 1
      };2018-02-01,1`;
    await Deno.writeTextFile(
      index,
      `id,cloudy,target,date,reference\n${[0, 1].map(line).join("\n")}\n`,
    );
    const engine = ["--engine", "cpu", "--json"];
    const listed = await emrdm("evaluate", index, ...engine);
    assertEquals(listed.code, 0, listed.err);
    const { means, cases } = JSON.parse(listed.out);
    assertEquals(cases.map(({ set, name }: { set: string; name: string }) => `${set} ${name}`), [
      "index p0",
      "index p1",
    ]);
    assert("linear in time" in means, listed.out);

    const sets = `${data}/sets.json`;
    const of = (name: string, config: unknown) => ({ name, data: config, limit: 1 });
    await Deno.writeTextFile(
      sets,
      JSON.stringify({
        sets: [of("a", { type: "folder", root: data }), of("b", { type: "index", file: index })],
      }),
    );
    const restored = ["--restored", `${data}/clear`, "--method", "perfect"];
    const { code, err, out } = await emrdm(
      "evaluate",
      "--data",
      sets,
      "--model",
      model,
      ...restored,
      ...engine,
    );
    // The images of the index have other names.
    assertEquals([code, out], [3, ""]);
    assertStringIncludes(err, "Cannot score perfect for p0");
    await Deno.mkdir(`${data}/clear/b`);
    await Deno.copyFile(`${data}/clear/scene0.tif`, `${data}/clear/b/p0.tif`);
    await Deno.writeTextFile(
      sets,
      JSON.stringify({ sets: [of("b", { type: "index", file: index })] }),
    );
    const found = await emrdm("evaluate", "--data", sets, "--model", model, ...restored, ...engine);
    const read = JSON.parse(found.out);
    assertEquals(read.means.perfect.mae, 0);
    assertEquals(read.methods.map(({ kind }: { kind: string }) => kind), ["restored", "model"]);
    assertEquals(read.facts.sets[0].config.type, "index");
  });
});

Deno.test("evaluate takes the tile size, masks and note of a set, and ends a list with one table", async () => {
  await inFolder(async (folder) => {
    const data = `${folder}/data`;
    const synth = ["--size", "32", "--dates", "2", "--scenes", "2"];
    await emrdm("synth", "--out", data, ...synth);
    const set = { data: { type: "folder", root: data }, tileSize: 24 };
    const sets = [
      { ...set, name: "known" },
      { ...set, name: "found", masks: "detector", note: "clouds are as the detector sees them" },
    ];
    await Deno.writeTextFile(`${folder}/sets.json`, JSON.stringify({ sets }));
    const flags = ["--engine", "cpu", "--out", `${folder}/out.json`];
    const { code, out, err } = await emrdm("evaluate", `${folder}/sets.json`, ...flags);
    assertEquals(code, 0, err);
    const { rows, summary, facts } = JSON.parse(await Deno.readTextFile(`${folder}/out.json`));
    const of = (set: string, method: string, pixels: string) =>
      rows.filter((row: EvaluationRow) =>
        row.set === set && row.method === method && row.pixels === pixels
      ).map((
        { count, rmse, mask }: EvaluationRow,
      ) => [count, rmse, mask]) as (readonly unknown[])[];
    const [known, found] = ["known", "found"].map((name) => of(name, "copy the input", "all"));
    assertEquals(known, found);
    assertEquals(known!.map(([count]) => count), [576, 576]);
    // The same pixels are scored; the masks that the fill gets are others.
    const counts = (name: string) => of(name, "smooth fill", "cloudy").map((row) => row[0]);
    assertEquals(counts("known"), counts("found"));
    assertNotEquals(of("known", "smooth fill", "cloudy"), of("found", "smooth fill", "cloudy"));
    assertEquals(facts.sets.map(({ masks }: { masks?: string }) => masks), [undefined, "detector"]);
    assertEquals(summary.notes[0], "found: clouds are as the detector sees them");
    assertStringIncludes(out, "found: clouds are as the detector sees them");
    const overview = out.slice(out.indexOf("PSNR (dB)/SAM"));
    assertStringIncludes(overview, "[1] known\n[2] found\n");
    const { psnr, sam } = summary.groups.find((row: EvaluationRow) =>
      row.set === "found" && row.method === "smooth fill" && row.pixels === "cloudy"
    ).metrics;
    assertStringIncludes(
      overview.match(/^smooth fill .*$/m)![0],
      `${psnr.mean.toFixed(1)}/${sam.mean.toFixed(1)}`,
    );
  });
});

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** Runs the program, and stops it when a file has more than its first line. */
async function interrupted(args: readonly string[], path: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-ffi", "--allow-read", "--allow-write", CLI, ...args],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  let ended = false;
  child.status.then(() => ended = true);
  while (!ended) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.split("\r\n").length > 2) {
      child.kill("SIGINT");
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { code, stderr } = await output;
  return { code, err: new TextDecoder().decode(stderr) };
}

slowTest("evaluate stops at Ctrl-C with code 130, and the same command resumes", async () => {
  await inFolder(async (folder) => {
    await emrdm("synth", "--out", folder, "--size", "32", "--dates", "1");
    const rows = Array.from({ length: 60 }, (_, i) => `p${i},cloudy/scene0.tif,clear/scene0.tif`);
    await Deno.writeTextFile(`${folder}/i.csv`, ["id,cloudy,target", ...rows, ""].join("\n"));
    const call = ["evaluate", `${folder}/i.csv`, "--engine", "cpu", "--csv"];
    const { code, err } = await interrupted([...call, `${folder}/a.csv`], `${folder}/a.csv`);
    assertEquals(code, 130, err);
    assertStringIncludes(err, "interrupted; run the same command again to resume");
    const there = new Set((await readEvaluationCsv(`${folder}/a.csv`)).map(({ image }) => image));
    assert(there.size > 0 && there.size < 60, `${there.size}`);
    const again = await emrdm(...call, `${folder}/a.csv`);
    assertEquals(again.code, 0, again.err);
    await emrdm(...call, `${folder}/b.csv`);
    const [a, b] = ["a", "b"].map((name) => Deno.readTextFileSync(`${folder}/${name}.csv`));
    assertEquals(a, b);
  });
});

Deno.test("evaluate --calibrate writes the model with a calibration on hidden pixels", async () => {
  await withModel(async (data, model) => {
    const out = `${data}.safetensors`;
    const call = ["evaluate", data, "--model", model, "--calibrate", out, "--engine", "cpu"];
    const { code, err, out: text } = await emrdm(
      ...call,
      "--samples",
      "2",
      "--limit",
      "1",
      "--json",
    );
    assertEquals(code, 0, err);
    const { calibration, before } = JSON.parse(text);
    const { card } = await loadModel(out);
    const { factor, floor } = card.calibration!;
    assertEquals({ factor, floor }, { factor: calibration.factor, floor: calibration.floor });
    assertEquals([calibration.samples, calibration.data], [2, "data (1 image)"]);
    // The cloudy pixels of one image of 32² in 4 bands.
    assert(before.count > 0 && before.count < 32 * 32 * 4, `${before.count}`);
    assertEquals((await emrdm(...call, "--samples", "2", "--limit", "1")).code, 4);
    const csv = await emrdm(...call, "--csv", "a.csv");
    assertStringIncludes(csv.err, "leave out --csv");
  });
});

Deno.test("evaluate refuses operands and flags that do not fit together", async () => {
  const fails = async (args: readonly string[], code: number, message: string) => {
    const outcome = await emrdm("evaluate", ...args);
    assertEquals(outcome.code, code, outcome.err);
    assertStringIncludes(outcome.err, message);
  };
  await fails([], 2, "expected a folder, CSV or JSON with images, or restored and clear images");
  await fails(["a", "b", "c"], 2, "expected one or two operands, got a b c");
  await fails(["a", "--data", "b"], 2, "expected no operand next to --data, got a");
  await fails(["a.tif", "b.tif", "--model", "m"], 2, "--model and --restored require one source");
  await fails(["a", "--cloudy", "b.tif"], 2, "--cloudy and --mask require two operands");
  await fails(["a.tif"], 3, "an image needs its clear image");
  await fails(["a.tif", "b.tif", "--profile", "best"], 2, "standard, sen2MtcNew");
  await fails(["a", "--compare", "none.csv"], 3, "none.csv: the file must exist");
  await fails(
    ["none.json", "--engine", "cpu"],
    3,
    "Cannot evaluate none.json: it must be a folder with clear/",
  );
  await fails(["none.tif", "b.tif", "--engine", "cpu"], 3, "none.tif: the file must exist");
});

Deno.test("evaluate refuses to overwrite existing files and its inputs, before it computes", async () => {
  await withModel(async (data, model) => {
    const there = `${data}.json`;
    await Deno.writeTextFile(there, "mine");
    for (
      const flags of [
        ["--out", there],
        ["--markdown", there],
        ["--calibrate", there],
        ["--calibrate", model, "--overwrite"],
        ["--out", `${data}.md`, "--markdown", `${data}.md`],
      ]
    ) {
      const call = ["evaluate", data, "--model", model, "--engine", "cpu", ...flags];
      const { code, err } = await emrdm(...call);
      assertEquals(code, 4, `${flags}: ${err}`);
    }
    assertEquals(await Deno.readTextFile(there), "mine");
    await loadModel(model);
  });
});
