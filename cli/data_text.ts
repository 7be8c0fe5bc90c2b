/**
 * Report of a dataset's check, for people.
 *
 * @module
 */

import { type DataReport, FINDINGS } from "../datasets/mod.ts";
import { table } from "./table.ts";

/** Five digits are enough to recognise a unit. */
function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}

function splitText({ name, samples, complete, checked }: DataReport["splits"][number]): string {
  const lacking = complete < samples ? `, ${samples - complete} incomplete` : "";
  const read = checked < samples ? `, ${checked} read` : "";
  return `${name}: ${samples} samples${lacking}${read}`;
}

/** Findings by kind, with the meaning of each. */
function findingLines({ findings }: DataReport): readonly string[] {
  const kinds = Object.entries(FINDINGS).flatMap(([kind, meaning]) => {
    const own = findings.filter((finding) => finding.kind === kind);
    return own.length === 0 ? [] : [{ kind, meaning, own }];
  });
  return kinds.flatMap(({ kind, meaning, own }) => [
    "",
    `${kind}, ${own.length}: ${meaning}`,
    ...own.map(({ path, message }) =>
      message.includes(path) ? `  ${message}` : `  ${path}: ${message}`
    ),
  ]);
}

/** Formats a report: counts, ranges of values, notes and findings. */
export function reportText(report: DataReport): string {
  const { type, root, splits, files, ranges, notes, empty } = report;
  const rows = ranges.map(({ role, band, min, p1, mean, p99, max }) => [
    `${role} ${band}`,
    ...[min, p1, mean, p99, max].map(short),
  ]);
  return [
    `${type} ${root}: ${files} files read, ${report.findings.length} findings`,
    ...splits.map((split) => `  ${splitText(split)}`),
    ...(rows.length > 0
      ? [
        "",
        table([["values as stored", "min", "p1", "mean", "p99", "max"], ...rows]),
        "Stored values are digital numbers (DN), or in the unit of their files (SAR in dB).",
      ]
      : []),
    ...(empty > 0 ? [`pixels without data: ${short(100 * empty)} %`] : []),
    ...(notes.length > 0 ? ["", ...notes.map((note) => `note: ${note}`)] : []),
    ...findingLines(report),
  ].join("\n");
}
