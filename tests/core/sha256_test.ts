import { assertEquals } from "@std/assert";
import { sha256, shortHash } from "../../core/mod.ts";
import { sha256Stream } from "../../files/mod.ts";

/** FIPS 180-2, appendix B. */
const KNOWN = [
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
] as const;

Deno.test("sha256() and sha256Stream() give the digests of the standard", async () => {
  for (const [text, digest] of KNOWN) {
    const bytes = new TextEncoder().encode(text);
    assertEquals(await sha256(text), digest);
    assertEquals(await sha256(bytes), digest);
    assertEquals(await shortHash(text), digest.slice(0, 8));
    assertEquals(sha256Stream().update(text).hex(), digest);
    assertEquals(sha256Stream().update("a").update(bytes.subarray(1)).hex(), digest);
  }
});

Deno.test("sha256() takes a view's own bytes, of whatever type, and of shared memory", async () => {
  const floats = new Float32Array([0, 1, 2, 3]).subarray(1, 3);
  const bytes = new Uint8Array(floats.slice().buffer);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const digest = await sha256(bytes);
  assertEquals(await sha256(floats), digest);
  assertEquals(await sha256(shared), digest);
  assertEquals(sha256Stream().update(floats).hex(), digest);
  assertEquals(sha256Stream().update(shared).hex(), digest);
});
