/** All comparisons with the golden set, on the engine that is in use. */

import { compareBlocks } from "./blocks.ts";
import type { Golden } from "./golden.ts";
import { compareNetworks } from "./networks.ts";
import { compareNumbers } from "./numbers.ts";
import { compareSamplers } from "./samplers.ts";

/** Compares every file that the folder holds. */
export async function compareAll(golden: Golden): Promise<void> {
  await compareNumbers(golden);
  await compareBlocks(golden);
  await compareNetworks(golden);
  await compareSamplers(golden);
}
