import { assertEquals } from "@std/assert";
import { philox4x32 } from "../../core/mod.ts";

/** Known answers of Random123's kat_vectors, "philox4x32 10": counter, key, result. */
const KNOWN = [
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    result: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    result: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    result: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

Deno.test("philox4x32() gives the known answers of Random123", () => {
  for (const { counter: [c0, c1, c2, c3], key: [k0, k1], result } of KNOWN) {
    const out = new Uint32Array(6);
    philox4x32(out, 1, { c0, c1, c2, c3, k0, k1 });
    assertEquals([...out], [0, ...result, 0]);
  }
});

Deno.test("philox4x32() multiplies 32-bit words exactly", () => {
  // The same rounds in BigInt, on words whose partial products carry.
  const reference = (counter: bigint[], key: bigint[]) => {
    let [c0, c1, c2, c3] = counter as [bigint, bigint, bigint, bigint];
    let [k0, k1] = key as [bigint, bigint];
    const mask = 0xffffffffn;
    for (let round = 0; round < 10; round++) {
      const p0 = c0 * 0xD2511F53n;
      const p1 = c2 * 0xCD9E8D57n;
      [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
      k0 = (k0 + 0x9E3779B9n) & mask;
      k1 = (k1 + 0xBB67AE85n) & mask;
    }
    return [c0, c1, c2, c3].map(Number);
  };
  const words = [0, 1, 0xffff, 0x10000, 0x1ffff, 0x7fffffff, 0x80000000, 0xfffffffe];
  const out = new Uint32Array(4);
  for (const a of words) {
    for (const b of words) {
      philox4x32(out, 0, { c0: a, c1: b, c2: b, c3: a, k0: b, k1: a });
      assertEquals([...out], reference([a, b, b, a].map(BigInt), [b, a].map(BigInt)));
    }
  }
});
