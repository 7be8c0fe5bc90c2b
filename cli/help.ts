/**
 * Help texts, wrapped for a terminal of 80 columns.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { type Flag, type Flags, kebab } from "./flags.ts";

const COLUMNS = 80;
/** Longest flag with its value that has its help on the same line. */
const FLAG_COLUMNS = 24;

/** Fills lines with parts, each line indented; a part that is longer than a line stays whole. */
function fill(parts: readonly string[], { indent, end = "" }: {
  readonly indent: number;
  /** End of every line but the last. */
  readonly end?: string;
}): readonly string[] {
  const width = COLUMNS - indent - end.length;
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + part.length > width) lines.push(part);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.map((line, i) => " ".repeat(indent) + line + (i < lines.length - 1 ? end : ""));
}

function wrap(text: string, indent = 0): readonly string[] {
  return fill(text.split(/\s+/), { indent });
}

/** Wraps paragraphs; lines that start with a space stay as they are. */
function paragraphs(text: string): string {
  return text.split("\n\n").map((paragraph) => {
    const [, prose = "", fixed = ""] = /^((?:\S.*\n?)*)((?:.*\n?)*)$/.exec(paragraph)!;
    return [...(prose === "" ? [] : wrap(prose.trim())), fixed.trimEnd()]
      .filter((line) => line !== "").join("\n");
  }).join("\n\n");
}

function flagName([name, { placeholder }]: readonly [string, Flag<unknown>]): string {
  return `--${kebab(name)}${placeholder === undefined ? "" : ` ${placeholder}`}`;
}

/** One flag a row, with its help in a second column. */
function flagLines(flags: Flags): string {
  const rows = Object.entries(flags);
  const names = rows.map(flagName).filter(({ length }) => length <= FLAG_COLUMNS);
  const width = Math.max(0, ...names.map(({ length }) => length));
  return rows.flatMap((row) => {
    const [name, { help, many }] = [flagName(row), row[1]];
    const lines = wrap(many ? `${help} Repeatable.` : help, width + 4);
    const head = `  ${name.padEnd(width)}  `;
    if (name.length > width) return [head.trimEnd(), ...lines];
    return [head + lines[0]!.trimStart(), ...lines.slice(1)];
  }).join("\n");
}

/** Flags under their headings. */
function sections(flags: Flags): readonly string[] {
  const bySection = Map.groupBy(Object.entries(flags), ([, flag]) => flag.section ?? "Flags");
  return [...bySection].flatMap(([heading, entries]) => [
    "",
    `${heading}:`,
    flagLines(Object.fromEntries(entries)),
  ]);
}

/** A call that can be pasted into a shell, with a backslash at the end of a line that continues. */
function exampleLines(example: string): string {
  // A flag stays with its value.
  const parts = `emrdm ${example}`.split(/ (?=--)/);
  const [first, ...others] = fill(parts, { indent: 6, end: " \\" });
  return [`  ${first!.trimStart()}`, ...others].join("\n");
}

/** Help of a command. */
export function commandHelp(
  { operands, details, flags, examples }: Command,
  { name, summary, modules, common }: {
    readonly name: string;
    readonly summary: string;
    /** Help of the flags that depend on the modules. */
    readonly modules?: string;
    /** Flags of every command. */
    readonly common: Flags;
  },
): string {
  const usage = ["emrdm", name, operands, "[flags]"].filter((part) => part !== "").join(" ");
  return [
    ...wrap(`emrdm ${name}: ${summary}`),
    "",
    `Usage: ${usage}`,
    ...(details === undefined ? [] : ["", paragraphs(details)]),
    ...sections(flags),
    ...(modules === undefined ? [] : ["", modules]),
    "",
    "Flags of every command:",
    flagLines(common),
    "",
    "Examples:",
    ...examples.map(exampleLines),
  ].join("\n");
}
