/**
 * Writes a study as Markdown, CSV, JSON and SVG.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { makeFolder, writeFileAtomically, writeJson } from "../files/mod.ts";
import { studyChart } from "./study_chart.ts";
import { studyCsv } from "./study_csv.ts";
import { plotName, studyMarkdown } from "./study_markdown.ts";
import type { StudyResult } from "./study_result.ts";
import { stepsOf } from "./study_steps.ts";

/**
 * Writes `NAME.md`, `NAME.csv`, `NAME.json` and one chart per group, replacing existing files. Addresses in
 * them lose query strings and passwords.
 *
 * @returns Paths of the files, the Markdown first.
 */
export async function writeStudy(
  result: StudyResult,
  { out }: { readonly out: string },
): Promise<readonly string[]> {
  await makeFolder(out);
  const texts: Record<string, string> = {
    [`${result.name}.md`]: redacted(studyMarkdown(result)),
    [`${result.name}.csv`]: studyCsv(result),
  };
  for (const group of result.groups) {
    texts[plotName(result, group)] = redacted(studyChart(group, result));
  }
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
