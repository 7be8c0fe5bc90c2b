/** Everything that a call leaves in a folder, but for times of day and durations. */

import { decodeEvents } from "../training/events.ts";

/** Files whose content is a time, a duration or a command line throughout. */
const UNTIMED = /(^|\/)environment\.json$/;
const TEXT = /\.(json|jsonl|md|csv|html|svg)$/;

/** A text without its durations and times. */
function timeless(text: string): string {
  return text
    .replace(/"seconds":\s*[\d.e+-]+/g, '"seconds":0')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
    // The last column of the runs of a study has minutes.
    .replace(/^(\|[^|\n]*-seed\d+-[^\n]*\|)[^|\n]*\|$/gm, "$1")
    .replace(/\b\d+(\.\d+)? (s|min|h|seconds|minutes|hours)\b/g, "DURATION");
}

async function contentOf(path: string): Promise<string> {
  if (UNTIMED.test(path)) return "untimed";
  const bytes = await Deno.readFile(path);
  if (path.includes("tfevents")) {
    return JSON.stringify(decodeEvents(bytes).map(({ time: _, ...rest }) => rest));
  }
  if (TEXT.test(path)) return timeless(new TextDecoder().decode(bytes));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Files below a folder by name; folders have the content "folder". */
export type Snapshot = Readonly<Record<string, string>>;

/** Reads a folder. */
export async function snapshotOf(folder: string, prefix = ""): Promise<Snapshot> {
  const found: [string, string][] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) {
      found.push([`${prefix}${name}/`, "folder"]);
      found.push(...Object.entries(await snapshotOf(path, `${prefix}${name}/`)));
    } else found.push([`${prefix}${name}`, await contentOf(path)]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
}

/** Names of temporary files: folders and locks of runs, and scores that are not complete. */
const TEMPORARY = /(\.partial\/|(^|\/)lock|\.lock|\/scores\/[^/]*\.jsonl)$/;

/** Differences between what a call should leave and what it left. */
export interface Difference {
  /** Files that are missing or have another content. */
  readonly lost: readonly string[];
  /** Files that should not be there. */
  readonly left: readonly string[];
}

/** True for the name of a temporary file or folder. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Compares two snapshots. */
export function compare(wanted: Snapshot, found: Snapshot): Difference {
  return {
    lost: Object.keys(wanted).filter((name) => found[name] !== wanted[name]),
    left: Object.keys(found).filter((name) => !Object.hasOwn(wanted, name)),
  };
}
