import { assert, assertEquals, assertThrows } from "@std/assert";
import { CheckpointError } from "../../checkpoints/errors.ts";
import { PickleObject, unpickle } from "../../checkpoints/pickle.ts";
import { bytesOf, integer, pickle } from "./torch_fixture.ts";

/** One dictionary as Python 3 pickles it, by protocol. */
const PICKLES = {
  2: [
    "gAJ9cQAoWAEAAABpcQFdcQIoSwBL/0oAAAEASv////+KBQAAAIAAigf///////8fZVgDAAAAYmlncQOKCQAAAAAA",
    "AAAAQFgBAAAAZnEEXXEFKEc/+AAAAAAAAEf+N+Q8iAB1nGVYAQAAAHNxBlgFAAAAZ3LDvG5xB1gBAAAAYnEIY19j",
    "b2RlY3MKZW5jb2RlCnEJWAMAAAAAw79xClgGAAAAbGF0aW4xcQuGcQxScQ1YAQAAAG5xDk5YAQAAAHRxD4iJhnEQ",
    "WAMAAABzZXRxEWNfX2J1aWx0aW5fXwpzZXQKcRJdcRNLB2GFcRRScRVYAgAAAG9kcRZjY29sbGVjdGlvbnMKT3Jk",
    "ZXJlZERpY3QKcRcpUnEYWAEAAABhcRlLAXNYAQAAAHBxGmNwYXRobGliClB1cmVQb3NpeFBhdGgKcRtoGYVxHFJx",
    "HXUu",
  ].join(""),
  3: [
    "gAN9cQAoWAEAAABpcQFdcQIoSwBL/0oAAAEASv////+KBQAAAIAAigf///////8fZVgDAAAAYmlncQOKCQAAAAAA",
    "AAAAQFgBAAAAZnEEXXEFKEc/+AAAAAAAAEf+N+Q8iAB1nGVYAQAAAHNxBlgFAAAAZ3LDvG5xB1gBAAAAYnEIQwIA",
    "/3EJWAEAAABucQpOWAEAAAB0cQuIiYZxDFgDAAAAc2V0cQ1jYnVpbHRpbnMKc2V0CnEOXXEPSwdhhXEQUnERWAIA",
    "AABvZHESY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnETKVJxFFgBAAAAYXEVSwFzWAEAAABwcRZjcGF0aGxpYgpQ",
    "dXJlUG9zaXhQYXRoCnEXaBWFcRhScRl1Lg==",
  ].join(""),
  4: [
    "gASV1wAAAAAAAAB9lCiMAWmUXZQoSwBL/0oAAAEASv////+KBQAAAIAAigf///////8fZYwDYmlnlIoJAAAAAAAA",
    "AABAjAFmlF2UKEc/+AAAAAAAAEf+N+Q8iAB1nGWMAXOUjAVncsO8bpSMAWKUQwIA/5SMAW6UTowBdJSIiYaUjANz",
    "ZXSUj5QoSweQjAJvZJSMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpSMAWGUSwFzjAFwlIwHcGF0aGxp",
    "YpSMDVB1cmVQb3NpeFBhdGiUk5RoFIWUUpR1Lg==",
  ].join(""),
  5: [
    "gAWV1wAAAAAAAAB9lCiMAWmUXZQoSwBL/0oAAAEASv////+KBQAAAIAAigf///////8fZYwDYmlnlIoJAAAAAAAA",
    "AABAjAFmlF2UKEc/+AAAAAAAAEf+N+Q8iAB1nGWMAXOUjAVncsO8bpSMAWKUQwIA/5SMAW6UTowBdJSIiYaUjANz",
    "ZXSUj5QoSweQjAJvZJSMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpSMAWGUSwFzjAFwlIwHcGF0aGxp",
    "YpSMDVB1cmVQb3NpeFBhdGiUk5RoFIWUUpR1Lg==",
  ].join(""),
};

for (const [protocol, text] of Object.entries(PICKLES)) {
  Deno.test(`unpickle() reads protocol ${protocol} of Python`, () => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const read = unpickle(bytes) as Map<string, unknown>;
    assertEquals(read.get("i"), [0, 255, 65536, -1, 2 ** 31, Number.MAX_SAFE_INTEGER]);
    assertEquals(read.get("big"), 2n ** 70n);
    assertEquals(read.get("f"), [1.5, -1e300]);
    assertEquals([read.get("s"), read.get("n"), read.get("t")], ["grün", null, [true, false]]);
    assertEquals(read.get("set"), new Set([7]));
    assertEquals(read.get("od"), new Map([["a", 1]]));
    // Protocol 2 has no bytes: Python calls an encoder there, which stays uncalled here.
    if (protocol !== "2") assertEquals(read.get("b"), Uint8Array.of(0, 255));
    const path = read.get("p");
    assert(path instanceof PickleObject);
    assertEquals([`${path.type}`, path.args], ["pathlib.PurePosixPath", ["a"]]);
  });
}

Deno.test("unpickle() calls nothing that it was not given", () => {
  const body = pickle("cmine\nadd\n", integer(2), integer(3), 0x86, "R");
  const inert = unpickle(body);
  assert(inert instanceof PickleObject);
  assertEquals([`${inert.type}`, inert.args], ["mine.add", [2, 3]]);
  const calls = new Map([["mine.add", ([a, b]: readonly unknown[]) => Number(a) + Number(b)]]);
  assertEquals(unpickle(body, { calls }), 5);
});

Deno.test("unpickle() refuses work without end", () => {
  const pair = bytesOf(integer(1), integer(1), 0x86, "q", 1, "0");
  const pairs = bytesOf("](", "h\x01".repeat(60_000), "eq", 0, "0");
  const copy = bytesOf("ccollections\nOrderedDict\nh", 0, 0x85, "R0");
  const copies = (count: number) => pickle(pair, pairs, ...Array(count).fill(copy), "N");
  assertEquals(unpickle(copies(2)), null);
  assertThrows(() => unpickle(copies(100)), CheckpointError, "at most 5000000 steps");
});
