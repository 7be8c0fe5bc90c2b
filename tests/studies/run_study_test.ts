import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { tf } from "../../engine/mod.ts";
import { runStudy, type RunStudyOptions, type StudyResult } from "../../studies/mod.ts";
import { OptionsError } from "../../core/mod.ts";
import { switchEngine } from "../engines.ts";
import { inFolder } from "../cli/run.ts";
import { tinyStudy, writeTinyStudy } from "./tiny_study.ts";
import { slowTest } from "../slow.ts";

await switchEngine("cpu");

/** Runs the tiny study; how many steps were trained. */
async function run(
  folder: string,
  options: Partial<RunStudyOptions> = {},
): Promise<{ readonly result: StudyResult; readonly steps: number; readonly scored: number }> {
  let [steps, scored] = [0, 0];
  const result = await runStudy(tinyStudy(folder), {
    name: "study",
    out: `${folder}/runs`,
    seeds: [1, 2],
    onTraining: () => steps++,
    onScoring: (_, done, total) => done === total && scored++,
    ...options,
  });
  return { result, steps, scored };
}

/** All rows by name. */
function rowsOf({ groups }: StudyResult) {
  return Object.fromEntries(
    groups.flatMap(({ rows }) => rows).map((row) => [row.name, row]),
  );
}

Deno.test("runStudy() trains each experiment once, and nothing the second time", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const before = tf.memory().numTensors;
    const first = await run(folder);
    // Two experiments, two seeds, three steps. 2 rows and 2 + 4 places of sweeps are 6 ways to
    // sample: N = 2 and S_churn = 0, S_noise = 1 are the row's own.
    assertEquals([first.steps, first.scored], [12, 12]);
    assertEquals(tf.memory().numTensors, before);
    const second = await run(folder);
    assertEquals([second.steps, second.scored], [0, 0]);
    assertEquals(second.result, first.result);

    const rows = rowsOf(first.result);
    assertEquals(rows["N = 2"]!.mean, rows["joint"]!.mean);
    assertEquals(rows["S_churn = 0, S_noise = 1"]!.mean, rows["joint"]!.mean);
    // Without churn, S_noise scales nothing.
    assertEquals(rows["S_churn = 0, S_noise = 1.1"]!.mean, rows["joint"]!.mean);
    const churned = ["S_churn = 1, S_noise = 1", "S_churn = 1, S_noise = 1.1"]
      .map((name) => rows[name]!.mean.psnr!);
    assertEquals(new Set([...churned, rows["joint"]!.mean.psnr, rows["N = 1"]!.mean.psnr]).size, 4);

    const { seeds, mean, spread } = rows["mono"]!;
    assertEquals(seeds.map(({ seed, steps }) => [seed, steps]), [[1, 3], [2, 3]]);
    const [a, b] = seeds.map(({ scores }) => scores!.psnr) as [number, number];
    assert(a !== b, "another seed must be another model");
    assertEquals(mean.psnr, (a + b) / 2);
    // Rounding of sums of numbers below 100.
    assertAlmostEquals(spread.psnr!, Math.abs(a - b) / Math.SQRT2, 1e-12);
    assertEquals([mean.lpips, rows["joint"]!.paper?.psnr], [undefined, 20]);
  });
});

Deno.test("runStudy() rescores without training when the test images change", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const first = await run(folder, { seeds: [1] });
    const [early, late] = ["20200101", "20200601"].map((day) => `${folder}/places/there/${day}`);
    await Deno.rename(early!, `${folder}/aside`);
    await Deno.rename(late!, early!);
    await Deno.rename(`${folder}/aside`, late!);
    const second = await run(folder, { seeds: [1] });
    assertEquals([second.steps, second.scored], [0, first.scored]);
    const of = (name: string) =>
      [first, second].map(({ result }) => rowsOf(result)[name]!.mean.psnr);
    assertEquals(new Set(of("joint")).size, 2);
    const [before, after] = [first, second].map(({ result }) => result.baselines[0]!.scores.psnr);
    assert(before !== after);
  });
});

slowTest("runStudy() resumes after an abort with the numbers of an uninterrupted run", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const whole = await run(folder, { out: `${folder}/whole`, seeds: [3] });
    const stop = new AbortController();
    let steps = 0;
    await assertRejects(
      () =>
        run(folder, {
          seeds: [3],
          signal: stop.signal,
          onTraining: () => ++steps === 4 && stop.abort(new Error("enough")),
        }),
      Error,
      "enough",
    );
    const rest = await run(folder, { seeds: [3] });
    // The first experiment was complete, of the second one step of three was done.
    assertEquals([whole.steps, steps, rest.steps], [6, 4, 2]);
    const scores = (result: StudyResult) => Object.values(rowsOf(result)).map(({ mean }) => mean);
    assertEquals(scores(rest.result), scores(whole.result));
  });
});

Deno.test("runStudy() can be aborted while it scores the baselines", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(() => run(folder, { signal }), Error, "enough");
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "runs"), false);
  });
});

slowTest("runStudy() resumes the scores of an interrupted row", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    // More samples than are restored at once (128 of 16² pixels).
    const study = { ...tinyStudy(folder), sweeps: [] };
    const rows = [study.rows[1]!];
    const options = { name: "long", evaluation: { limit: 130 }, set: ["data.test.size=130"] };
    const whole = await runStudy({ ...study, rows }, { ...options, out: `${folder}/whole` });
    const stop = new AbortController();
    const done: number[] = [];
    const call = (signal?: AbortSignal) =>
      runStudy({ ...study, rows }, {
        ...options,
        out: `${folder}/runs`,
        ...(signal && { signal }),
        onScoring: (_, scored) => {
          done.push(scored);
          if (signal) stop.abort(new Error("enough"));
        },
      });
    await assertRejects(() => call(stop.signal), Error, "enough");
    const rest = await call();
    assertEquals(done, [128, 130]);
    assertEquals(rowsOf(rest)["joint"]!.mean, rowsOf(whole)["joint"]!.mean);
    const files = [...Deno.readDirSync(`${folder}/runs/trained`)].map(({ name }) =>
      [...Deno.readDirSync(`${folder}/runs/trained/${name}/scores`)].map((file) => file.name)
    );
    assertEquals(files.flat().map((name) => name.endsWith(".json")), [true]);
  });
});

slowTest("runStudy() retrains what --set changes, and reuses the rest", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const first = await run(folder, { seeds: [1] });
    assertEquals(first.steps, 6);
    const changed = await run(folder, { seeds: [1], set: ["optimizer.learningRate=0.02"] });
    assertEquals(changed.steps, 6);
    const more = await run(folder, { seeds: [1, 4] });
    assertEquals(more.steps, 6);
    const less = await run(folder, { seeds: [1], evaluation: { limit: 1 } });
    assertEquals([less.steps, less.scored], [0, 6]);
    const twice = await run(folder, { seeds: [1, 1] });
    assertEquals(rowsOf(twice.result)["mono"]!.seeds.length, 1, "a seed counts once");
  });
});

Deno.test("runStudy() shows every row the same images, whatever frames and bands it takes", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const study = tinyStudy(folder);
    const alike = await runStudy({ ...study, rows: [study.rows[1]!] }, {
      name: "joint",
      out: `${folder}/runs`,
    });
    const [copy, mean] = alike.baselines;
    assertEquals([copy!.name, mean!.name], ["the cloudy image", "mean of the frames"]);
    assert(copy!.scores.psnr !== mean!.scores.psnr);
    const both = await runStudy(study, { name: "both", out: `${folder}/runs` });
    // The row sees the same with a mono-temporal one beside it, whose frame is its reference.
    assertEquals(rowsOf(both)["joint"]!.mean, rowsOf(alike)["joint"]!.mean);
  });
});

Deno.test("runStudy() rejects an invalid experiment before it trains one", async () => {
  await inFolder(async (folder) => {
    await writeTinyStudy(folder);
    const cases = [
      [["model.tileSize=17"], "$.tileSize"],
      [["model.schedule.beta=1"], "$.schedule.beta"],
      [["stepz=1"], "in mono"],
    ] as const;
    for (const [set, message] of cases) {
      await assertRejects(() => run(folder, { set }), OptionsError, message);
    }
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "runs"), false);
  });
});
