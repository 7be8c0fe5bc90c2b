/**
 * Patches of SEN12MS-CR by region, read from the names of folders and files.
 *
 * @module
 */

import { listFolder, namesIn } from "../files/mod.ts";
import type { Finding } from "./sample_files.ts";
import type { Roi } from "./sen12ms_cr_splits.ts";

/** Sentinel-1, the clear and the cloudy image of Sentinel-2. */
export const KINDS = ["s1", "s2", "s2_cloudy"] as const;
/** One of {@linkcode KINDS}. */
export type Kind = typeof KINDS[number];

/** Returns the path of a patch. */
export function fileOf(root: string, { season, number }: Roi, kind: Kind, patch: number): string {
  const folder = `${root}/${season}_${kind}/${kind}_${number}`;
  return `${folder}/${season}_${kind}_${number}_p${patch}.tif`;
}

/** Result of {@linkcode readTree}. */
interface Found {
  /** Patches by region, as `ROIs1158_spring 31`, and kind. */
  readonly patches: Map<string, { roi: Roi; kinds: Record<Kind, Set<number>> }>;
  readonly findings: Finding[];
}

const SEASON = /^(ROIs\d+_[a-z]+)_(s1|s2|s2_cloudy)$/;

/** Reads the patch numbers in the folder of one region and kind. */
async function readRegion(folder: string, roi: Roi, kind: Kind, findings: Finding[]) {
  const patches = new Set<number>();
  const { files, folders } = await namesIn(folder);
  const begin = `${roi.season}_${kind}_${roi.number}_p`;
  for (const name of [...files, ...folders]) {
    const patch = name.startsWith(begin)
      ? /^(0|[1-9]\d*)\.tif$/.exec(name.slice(begin.length))?.[1]
      : "";
    if (patch) patches.add(Number(patch));
    else {
      const message = `its name must be ${begin}NUMBER.tif`;
      findings.push({ kind: "name", path: `${folder}/${name}`, message });
    }
  }
  return patches;
}

/**
 * Reads the names of the wanted regions.
 *
 * @throws {InputError} If the root is missing or cannot be read.
 */
export async function readTree(
  { root, isWanted }: { readonly root: string; readonly isWanted: (roi: Roi) => boolean },
): Promise<Found> {
  const found: Found = { patches: new Map(), findings: [] };
  const { folders } = await listFolder(root, "ROIs1158_spring_s1 and the like");
  for (const folder of folders) {
    const [, season, kind] = SEASON.exec(folder) ?? [];
    if (season === undefined) {
      const message = "its name must be ROIsNUMBER_SEASON_s1, _s2 or _s2_cloudy";
      found.findings.push({ kind: "name", path: `${root}/${folder}`, message });
      continue;
    }
    const { files, folders: regions } = await namesIn(`${root}/${folder}`);
    for (const name of [...files, ...regions]) {
      const number = name.startsWith(`${kind}_`)
        ? /^(?:0|[1-9]\d*)$/.exec(name.slice(kind!.length + 1))?.[0]
        : undefined;
      const path = `${root}/${folder}/${name}`;
      if (number === undefined || files.includes(name)) {
        const message = `it must be a folder ${kind}_NUMBER`;
        found.findings.push({ kind: "name", path, message });
        continue;
      }
      const roi = { season, number: Number(number) };
      if (!isWanted(roi)) continue;
      const key = `${season} ${roi.number}`;
      const kinds = {
        s1: new Set<number>(),
        s2: new Set<number>(),
        "s2_cloudy": new Set<number>(),
      };
      const entry = found.patches.get(key) ?? { roi, kinds };
      entry.kinds[kind as Kind] = await readRegion(path, roi, kind as Kind, found.findings);
      found.patches.set(key, entry);
    }
  }
  return found;
}
