import { assertEquals } from "@std/assert";
import { TILINGS } from "../../engine/webgpu/kernels/mat_mul/tilings.ts";
import { tilingOf, tuneProducts } from "../../engine/webgpu/kernels/products.ts";
import {
  chosenTiling,
  MEASURED,
  storeChoices,
  storedChoices,
  tune,
} from "../../engine/webgpu/tune.ts";
import { tf } from "../../engine/mod.ts";
import type { GuardedWebGPUBackend } from "../../engine/webgpu/backend.ts";
import { testOn } from "../engines.ts";

Deno.test("tune() takes the fastest tiling of each size, and the last where none runs", async () => {
  const table = [[4, 3, 2, 1], [2, 1, undefined, 3], [undefined, undefined, undefined, undefined]];
  const choices = await tune((size, tiling) => Promise.resolve(table[size]![tiling]));
  assertEquals(choices.map(({ tiling }) => tiling), [3, 1, TILINGS.length - 1]);
  assertEquals(choices.map(({ outputs }) => outputs), MEASURED.map(({ m, n }) => m * n));
});

Deno.test("sizes between the measured ones take the nearer one's tiling", () => {
  const choices = [{ outputs: 100, tiling: 3 }, { outputs: 10000, tiling: 0 }];
  assertEquals([1, 100, 900, 1100, 1e9].map((n) => chosenTiling(choices, n)), [3, 3, 3, 0, 0]);
});

Deno.test("choices are stored by adapter; what does not fit is not taken", () => {
  const held = new Map<string, string>();
  const store = {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
  };
  const choices = MEASURED.map(({ m, n }) => ({ outputs: m * n, tiling: 1 }));
  assertEquals(storedChoices("a", store), undefined);
  storeChoices("a", choices, store);
  assertEquals(storedChoices("a", store), choices);
  assertEquals(storedChoices("b", store), undefined);
  for (const broken of ["{", "[]", JSON.stringify(choices.map((c) => ({ ...c, tiling: 99 })))]) {
    for (const key of held.keys()) held.set(key, broken);
    assertEquals(storedChoices("a", store), undefined, broken);
  }
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
  };
  storeChoices("a", choices, full);
});

testOn("webgpu", "tuneProducts() measures on the device, and products follow it", async () => {
  const backend = tf.backend() as GuardedWebGPUBackend;
  assertEquals(backend.tilings, undefined);
  // Small sizes: a software adapter would take a minute for those that hardware is measured with.
  const sizes = [{ m: 32, n: 32, k: 16 }, { m: 64, n: 64, k: 16 }, { m: 64, n: 128, k: 16 }];
  const choices = await tuneProducts(backend, { sizes, repeats: 1 });
  assertEquals(backend.tilings, choices);
  for (const [i, { m, n, k }] of sizes.entries()) {
    assertEquals(tilingOf({ batch: 1, m, n, k }, backend), TILINGS[choices[i]!.tiling]);
  }
  backend.tilings = undefined;
});
