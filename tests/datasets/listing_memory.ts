/** Opens the training split of SEN12MS-CR and prints its samples and the bytes of heap that it keeps. */

import { listSen12MsCr, sen12MsCr } from "../../datasets/mod.ts";

const [root] = Deno.args as [string];
const { gc } = globalThis as unknown as { readonly gc: () => void };
const used = () => {
  // Once is not always enough.
  for (let i = 0; i < 3; i++) gc();
  return Deno.memoryUsage().heapUsed;
};
// What code needs is there before.
await listSen12MsCr({ root, split: "test" });
const before = used();
const dataset = await sen12MsCr({ root, split: "train" });
const kept = used() - before;
console.log(JSON.stringify({ samples: dataset.size, kept }));
