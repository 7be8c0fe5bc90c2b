/** Masks with the errors of found masks. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { openDataset, type Sample } from "../../datasets/mod.ts";
import { foundMask } from "../../datasets/mask_errors.ts";
import { inFolder, makePlaces } from "./look_alikes.ts";

const SIZE = 80;
/** Most pixels that a mask grows and shrinks by, and the side of the blocks of missed cloud. */
const [GROWN, SHRUNK, BLOCK] = [8, 3, 32];

/** Two clouds with thick cores and thin rims. */
function exactMask() {
  const clouds = new Uint8Array(SIZE * SIZE);
  for (const [row, column, thick, thin] of [[24, 24, 8, 16], [56, 50, 5, 18]] as const) {
    for (let i = 0; i < clouds.length; i++) {
      const distance = Math.hypot(Math.floor(i / SIZE) - row, i % SIZE - column);
      if (distance < thick) clouds[i] = 1;
      else if (distance < thin && clouds[i] === 0) clouds[i] = 2;
    }
  }
  return { mask: clouds.map((value) => Number(value > 0)), clouds, size: SIZE };
}

/** True if a pixel has one of a value within `radius` rows and columns. */
function isNear(
  mask: Uint8Array,
  at: number,
  { value, radius }: { readonly value: number; readonly radius: number },
): boolean {
  const [row, column] = [Math.floor(at / SIZE), at % SIZE];
  for (let y = Math.max(0, row - radius); y <= Math.min(SIZE - 1, row + radius); y++) {
    for (let x = Math.max(0, column - radius); x <= Math.min(SIZE - 1, column + radius); x++) {
      if (mask[y * SIZE + x] === value) return true;
    }
  }
  return false;
}

const indices = (f: (i: number) => boolean) =>
  Array.from({ length: SIZE * SIZE }, (_, i) => i).filter(f);

Deno.test("foundMask() grows, shrinks, or misses thin cloud in whole blocks", () => {
  const exact = exactMask();
  const { mask, clouds } = exact;
  const blockOf = (i: number) => `${Math.floor(i / SIZE / BLOCK)} ${Math.floor(i % SIZE / BLOCK)}`;
  const kinds = { grown: 0, shrunk: 0, missed: 0 };
  let same = 0;
  for (let seed = 0; seed < 30; seed++) {
    const found = foundMask(exact, createRng(seed));
    const added = indices((i) => found[i] === 1 && mask[i] === 0);
    const removed = indices((i) => found[i] === 0 && mask[i] === 1);
    assert(found.every((value) => value === 0 || value === 1));
    if (added.length > 0) {
      kinds.grown++;
      assertEquals(removed, [], "a grown mask contains the mask");
      assert(added.every((i) => isNear(mask, i, { value: 1, radius: GROWN })));
      continue;
    }
    if (removed.length === 0) {
      // Few blocks have thin cloud, and each of them is missed by chance.
      same++;
      continue;
    }
    if (removed.every((i) => isNear(mask, i, { value: 0, radius: SHRUNK }))) {
      kinds.shrunk++;
      continue;
    }
    kinds.missed++;
    assert(removed.every((i) => clouds[i] === 2), "thick cloud is found");
    const missed = new Set(removed.map(blockOf));
    const seen = indices((i) => found[i] === 1 && clouds[i] === 2).map(blockOf);
    assert(seen.every((block) => !missed.has(block)), "blocks are missed as a whole");
  }
  assert(Object.values(kinds).every((count) => count > 3) && same < 3, JSON.stringify(kinds));
});

Deno.test("foundMask() depends on the stream alone", () => {
  const exact = exactMask();
  const given = structuredClone(exact);
  const masks = [1, 2, 3, 4, 5, 6].map((seed) => foundMask(exact, createRng(seed)));
  masks.forEach((mask, i) => assertEquals(foundMask(exact, createRng(i + 1)), mask));
  assert(new Set(masks.map(String)).size > 3);
  assertEquals(exact, given, "the exact mask stays");
});

Deno.test("maskErrors of synthetic samples change masks and nothing else", () =>
  inFolder(async (root) => {
    await makePlaces(root);
    const model = { tileSize: 16, length: 3, bands: ["B04", "B08"] };
    const cover = [0.3, 0.7] as const;
    const [exact, found] = await Promise.all(
      [0, 1].map((maskErrors) =>
        openDataset({ type: "synthetic", root, cover, maskErrors }, model)
      ),
    );
    for (let i = 0; i < 3; i++) {
      const [{ mask, ...rest }, { mask: other, ...same }] = await Promise.all(
        [exact!, found!].map((dataset) => dataset.sample(i, createRng(1))),
      ) as [Sample, Sample];
      assertEquals(same, rest);
      assertNotEquals(other, mask);
    }
  }));
