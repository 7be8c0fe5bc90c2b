/** All comparisons with the golden set, on the engine that is in use. */

import { compareBlocks } from "./blocks.ts";
import { compareCheckpoint } from "./checkpoint.ts";
import type { Golden } from "./golden.ts";
import { compareNetworks } from "./networks.ts";
import { compareNumbers } from "./numbers.ts";
import { compareSamplers } from "./samplers.ts";
import { compareTraining } from "./training.ts";

/** Compares every file that the folder holds. */
export async function compareAll(golden: Golden): Promise<void> {
  await compareNumbers(golden);
  await compareBlocks(golden);
  await compareNetworks(golden);
  await compareSamplers(golden);
  await compareTraining(golden);
  await compareCheckpoint(golden);
  skipRest(golden);
}

/** What is not ours to compare here. */
function skipRest(golden: Golden): void {
  golden.skip("lpips", golden.checked("lpips"), "LPIPS is not part of the library yet");
  if (golden.has("metrics")) {
    golden.skip("metrics", ["all"], "no tolerances in the set; tests/metrics compares ours");
  }
  if (golden.has("lr_trace")) {
    const schedules = ["cosine", "cosine2", "linear"];
    golden.skip("lr_trace", schedules, "the learning rate is constant, as in every published run");
  }
}
