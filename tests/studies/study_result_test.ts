import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type GroupResult,
  type RowResult,
  stepsOf,
  studyChart,
  type StudyClaim,
  studyCsv,
  studyMarkdown,
  type StudyResult,
} from "../../studies/mod.ts";
import { parseXml } from "../evaluation/xml.ts";

/** A row with PSNR by seed; the other metrics do not change. */
function rowOf(name: string, psnrs: readonly number[], paper?: number): RowResult {
  const scores = (psnr: number) => ({ psnr, ssim: 0.5, mae: 0.1, sam: 2 });
  const mean = psnrs.reduce((sum, psnr) => sum + psnr, 0) / psnrs.length;
  return {
    name,
    seeds: psnrs.map((psnr, i) => ({ seed: i + 1, run: `${name}-${i}`, scores: scores(psnr) })),
    mean: psnrs.length === 0 ? {} : scores(mean),
    spread: {},
    ...(paper !== undefined && { paper: { psnr: paper, source: "Table 0" } }),
  };
}

function groupOf(...rows: readonly RowResult[]): GroupResult {
  return { name: "", title: "Ladder", over: [], rows };
}

function psnrSteps(group: GroupResult, claims: readonly StudyClaim[] = []) {
  return stepsOf(group, claims).filter(({ metric }) => metric === "psnr");
}

Deno.test("stepsOf() judges a step seed by seed", () => {
  const cases: readonly (readonly [readonly number[], readonly number[], string])[] = [
    [[1, 2], [2, 3], "holds"],
    [[2, 3], [1, 2], "reversed"],
    // The means agree with the paper, a seed does not.
    [[1, 2], [5, 1], "mixed"],
    [[], [1], "unknown"],
  ];
  for (const [from, to, verdict] of cases) {
    const [step] = psnrSteps(groupOf(rowOf("a", from, 10), rowOf("b", to, 11)));
    assertEquals([step!.paper, step!.verdict], ["rises", verdict]);
  }
  const [step] = psnrSteps(groupOf(rowOf("a", [1, 2], 10), rowOf("b", [2, 4], 10.5)));
  assertAlmostEquals(step!.change!, 1.5, 1e-12);
  assertAlmostEquals(step!.paperChange!, 0.5, 1e-12);
});

Deno.test("stepsOf() gives no verdict on steps for which the paper lacks values", () => {
  const [step] = psnrSteps(groupOf(rowOf("a", [1]), rowOf("b", [2], 3)));
  assertEquals([step!.paper, step!.verdict, step!.change], [undefined, "unknown", 1]);
});

Deno.test("stepsOf() follows claims, also over several rows", () => {
  const claim = (from: string, to: string, change: "rises" | "falls"): StudyClaim => (
    { metric: "psnr", from, to, change, source: "text" }
  );
  const group = groupOf(rowOf("a", [1]), rowOf("b", [2]), rowOf("c", [3]));
  const steps = psnrSteps(group, [claim("a", "b", "falls"), claim("a", "c", "rises")]);
  assertEquals(steps.map(({ from, to, verdict }) => [from, to, verdict]), [
    ["a", "b", "reversed"],
    ["b", "c", "unknown"],
    ["a", "c", "holds"],
  ]);
});

const RESULT: StudyResult = {
  name: "t",
  title: "A | B, <&>",
  description: "Text.",
  metrics: ["psnr", "lpips"],
  evaluation: { limit: 3, seed: 1, data: [{ type: "folder", root: "x" }] },
  baselines: [{ name: "copy", scores: { psnr: 9, ssim: 0, mae: 1, sam: 5 } }],
  groups: [
    {
      ...groupOf(
        { ...rowOf("a", [18, 20], 19), spread: { psnr: 1.414 }, label: "with | bar" },
        {
          ...rowOf("b, c", []),
          seeds: [{ seed: 1, run: "b-1", failed: "loss NaN" }],
        },
      ),
      title: "A | B, <&>",
    },
    {
      name: "grid",
      title: "Grid",
      over: [
        { path: "p", symbol: "P", values: [0, 1] },
        { path: "q", symbol: "Q", values: [2, 1e8] },
      ],
      rows: [
        { ...rowOf("1", [20]), at: [0, 2] },
        { ...rowOf("2", [21]), at: [0, 1e8] },
        { ...rowOf("3", [22]), at: [1, 1e8] },
      ],
    },
  ],
  claims: [],
};

Deno.test("studyMarkdown() shows our mean ± standard deviation, the paper's values, dashes and notes", () => {
  const text = studyMarkdown(RESULT);
  const lines = text.split("\n");
  assertEquals(lines.filter((line) => line.startsWith("| **a**")), [
    "| **a** with \\| bar | 19.00 ± 1.41 | 19.00 | – | – |",
  ]);
  assertEquals(lines.filter((line) => line.startsWith("| b, c")), ["| b, c | – | – | – | – |"]);
  // In the table of each group.
  const copies = lines.filter((line) => line.startsWith("| _copy_"));
  assertEquals(copies, Array(2).fill("| _copy_ | 9.00 | – | – | – |"));
  for (
    const part of [
      "# A | B, <&>",
      "Sources of the paper's values: a: Table 0.",
      "in a paper column: value not available",
      "LPIPS needs weights",
      "Failed: b, c, seed 1: loss NaN",
      "![Grid](t-grid.svg)",
    ]
  ) {
    assertEquals(text.includes(part), true, part);
  }
});

Deno.test("studyCsv() quotes cells and has one column per seed", () => {
  const lines = studyCsv(RESULT).trimEnd().split("\n");
  assertEquals(lines.slice(0, 4), [
    "group,row,psnr,psnr_spread,psnr_seed1,psnr_seed2,psnr_paper," +
    "lpips,lpips_spread,lpips_seed1,lpips_seed2,lpips_paper,source",
    "baseline,copy,9,,,,,,,,,,",
    ",a,19,1.414,18,20,19,,,,,,Table 0",
    ',"b, c",,,,,,,,,,,',
  ]);
  assertEquals(lines.length, 7);
});

Deno.test("studyChart() draws well-formed SVG with text alternatives", () => {
  for (const group of RESULT.groups) {
    const svg = parseXml(studyChart(group, RESULT));
    const [title, desc] = ["title", "desc"].map((name) => svg.find((item) => item.name === name));
    assertEquals(title!.text, group.title);
    assertEquals(desc!.text.includes("PSNR"), true);
    assertEquals([svg[0]!.name, svg[0]!.attributes.role], ["svg", "img"]);
  }
  const grid = parseXml(studyChart(RESULT.groups[1]!, RESULT));
  // P = 1, Q = 2 was not run.
  const cells = grid.filter(({ name }) => name === "rect").map((cell) => cell.attributes.class);
  assertEquals(cells, ["cell", "cell", "cell none", "cell"]);
});

Deno.test("studyChart() shows the paper's values only without a preset", () => {
  const diamonds = (result: StudyResult) =>
    parseXml(studyChart(result.groups[0]!, result))
      .filter(({ attributes }) => attributes.class === "paper bare").length;
  assertEquals(diamonds(RESULT), 1);
  assertEquals(diamonds({ ...RESULT, preset: "small" }), 0);
});
