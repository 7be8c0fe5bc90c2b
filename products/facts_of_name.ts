/**
 * Facts of a product in its name.
 *
 * @module
 */

import { partsOf, productOfPath } from "./naming_rules.ts";
import { byBaseline, type ProductFacts } from "./offsets.ts";

/** Granules of before December 2016 end in their baseline. */
const OLD_GRANULE = /S2[A-Z]_(?:OPER|USER)_MSI_(L1C|L2A)_.{0,60}_N(\d{2})\.(\d{2})(?!\d)/;
const PRODUCT_NAME = /S2[A-Z]_MSI(L1C|L2A)_\d{8}T\d{6}_N(\d{2})(\d{2})_/g;
const LEVEL_NAME = /(?:^|[_.-])(L1C|L2A)(?:[_.-]|$)/;
/** Folders of Sentinel-2 granules. */
const GRANULE = /^(L1C|L2A)_T\d{2}[A-Z]{3}_A\d{6}_\d{8}T\d{6}$/;
const HARMONIZED_NAME = /S2(?:_SR|_TOA)?_HARMONI[SZ]ED/i;

/**
 * The level in the name of the file or scene folder itself, or of the granule that it lies in; that
 * of another folder only suggests one.
 */
function levelOfParts(path: string): Pick<ProductFacts, "level" | "folderLevel"> {
  const parts = partsOf(path).filter((part) => !/^\.{0,2}$/.test(part));
  const [own = "", ...folders] = parts;
  const level = LEVEL_NAME.exec(own)?.[1] ??
    parts.map((part) => GRANULE.exec(part)?.[1]).find((found) => found !== undefined);
  if (level !== undefined) return { level: level as "L1C" | "L2A" };
  const folder = folders.find((part) => LEVEL_NAME.test(part));
  const folderLevel = folder === undefined ? undefined : LEVEL_NAME.exec(folder)?.[1];
  return folderLevel === undefined ? {} : { folderLevel: folderLevel as "L1C" | "L2A" };
}

/** Reads level, baseline and harmonisation from a path or address. */
export function factsOfName(path: string): ProductFacts {
  // The innermost of several names, such as those of a crop in the folder of its product.
  const [, level, major, minor] = [...path.matchAll(PRODUCT_NAME)].at(-1) ??
    OLD_GRANULE.exec(path) ?? [];
  const named = productOfPath(path);
  const loose = named?.level === undefined ? levelOfParts(path) : { level: named.level };
  const harmonized = HARMONIZED_NAME.test(path);
  const evidence = harmonized ? ["HARMONIZED in the name: offset already applied"] : [];
  if (level === undefined) {
    return {
      ...loose,
      ...(named === undefined ? {} : { named }),
      ...(harmonized ? { harmonized } : {}),
      evidence,
    };
  }
  const { phrase, ...facts } = byBaseline(`${major}.${minor}`, "the name");
  return {
    level: level as "L1C" | "L2A",
    ...(named === undefined ? {} : { named }),
    ...facts,
    ...(harmonized ? { harmonized } : {}),
    evidence: [phrase, ...evidence],
  };
}
