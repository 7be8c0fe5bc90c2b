/** Depths that no network has are refused before a list of their tensors is made. */

import { assertLess, assertThrows } from "@std/assert";
import { OptionsError } from "../../core/mod.ts";
import { resolveCard } from "../../model/mod.ts";
import { TINY } from "../restoration/tiny.ts";

Deno.test("resolveCard() refuses networks of a million blocks at once", () => {
  const [level] = TINY.network.levels as readonly object[];
  const start = performance.now();
  for (
    const [network, path] of [
      [{ levels: [{ ...level, depth: 1e6 }] }, "network.levels[0].depth"],
      [{ mapping: { depth: 2 ** 31, width: 16, dFf: 16 } }, "network.mapping.depth"],
    ] as const
  ) {
    const card = () => resolveCard({ ...TINY, network: { ...TINY.network, ...network } });
    assertThrows(card, OptionsError, `${path}: must be an integer`);
  }
  assertLess(performance.now() - start, 2000);
});
