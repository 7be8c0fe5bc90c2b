/**
 * Writes a study as Markdown, CSV, JSON and SVG.
 *
 * @module
 */

import { writeFileAtomically, writeJson } from "../files/mod.ts";
import { studyChart } from "./study_chart.ts";
import { studyCsv } from "./study_csv.ts";
import { plotName, studyMarkdown } from "./study_markdown.ts";
import type { StudyResult } from "./study_result.ts";
import { stepsOf } from "./study_steps.ts";

/**
 * Writes `NAME.md`, `NAME.csv`, `NAME.json` and one chart per group, replacing existing files.
 *
 * @returns Paths of the files, the Markdown first.
 */
export async function writeStudy(
  result: StudyResult,
  { out }: { readonly out: string },
): Promise<readonly string[]> {
  await Deno.mkdir(out, { recursive: true });
  const texts: Record<string, string> = {
    [`${result.name}.md`]: studyMarkdown(result),
    [`${result.name}.csv`]: studyCsv(result),
  };
  for (const group of result.groups) texts[plotName(result, group)] = studyChart(group, result);
  const written: string[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const path = `${out}/${name}`;
    await writeFileAtomically(path, [new TextEncoder().encode(text)], { overwrite: true });
    written.push(path);
  }
  const steps = result.groups.flatMap((group) => stepsOf(group, result.claims));
  await writeJson(`${out}/${result.name}.json`, { ...result, steps });
  return [...written, `${out}/${result.name}.json`];
}
