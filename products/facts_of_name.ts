/**
 * Facts of a product in its name.
 *
 * @module
 */

import { productOfPath } from "./naming_rules.ts";
import { byBaseline, type ProductFacts } from "./offsets.ts";

/** Granules of before December 2016 end in their baseline. */
const OLD_GRANULE = /S2[A-Z]_(?:OPER|USER)_MSI_(L1C|L2A)_.{0,60}_N(\d{2})\.(\d{2})(?!\d)/;
const PRODUCT_NAME = /S2[A-Z]_MSI(L1C|L2A)_\d{8}T\d{6}_N(\d{2})(\d{2})_/g;
const LEVEL_NAME = /(?:^|[_./\\-])(L1C|L2A)(?:[_./\\-]|$)/;
const HARMONIZED_NAME = /S2(?:_SR|_TOA)?_HARMONI[SZ]ED/i;

/** Reads level, baseline and harmonisation from a path or address. */
export function factsOfName(path: string): ProductFacts {
  // The innermost of several names, such as those of a crop in the folder of its product.
  const [, level, major, minor] = [...path.matchAll(PRODUCT_NAME)].at(-1) ??
    OLD_GRANULE.exec(path) ?? [];
  const named = productOfPath(path);
  const loose = named?.level ?? LEVEL_NAME.exec(path)?.[1];
  const harmonized = HARMONIZED_NAME.test(path);
  const evidence = harmonized ? ["HARMONIZED in the name: offset already applied"] : [];
  if (level === undefined) {
    return {
      ...(loose === undefined ? {} : { level: loose as "L1C" | "L2A" }),
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
