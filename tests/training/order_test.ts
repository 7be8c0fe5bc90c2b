import { assertEquals, assertNotEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { sampleOrder, shuffled } from "../../training/order.ts";

Deno.test("shuffled() is a permutation, and all are about as likely", () => {
  const rng = createRng(1);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffled(3, rng.fork(i));
    assertEquals([...order].sort(), [0, 1, 2]);
    counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
  }
  assertEquals(counts.size, 6);
  // 1000 each; five standard deviations are 144.
  for (const count of counts.values()) assertEquals(Math.abs(count - 1000) < 144, true);
});

Deno.test("sampleOrder() sees every sample once an epoch, in another order each time", () => {
  const at = sampleOrder({ size: 10, batchSize: 4, rng: createRng(2) });
  const all = Array.from({ length: 5 }, (_, step) => at(step)).flat();
  const epochs = [0, 1].map((epoch) => all.filter((position) => position.epoch === epoch));
  for (const epoch of epochs) {
    assertEquals(epoch.map(({ index }) => index).sort((a, b) => a - b), [...Array(10).keys()]);
  }
  assertNotEquals(epochs[0]!.map(({ index }) => index), epochs[1]!.map(({ index }) => index));
});

Deno.test("sampleOrder() depends on the step alone", () => {
  const make = () => sampleOrder({ size: 7, batchSize: 3, rng: createRng(2) });
  const [forward, backward] = [make(), make()];
  const expected = Array.from({ length: 8 }, (_, step) => forward(step));
  for (let step = 7; step >= 0; step--) assertEquals(backward(step), expected[step]);
});
