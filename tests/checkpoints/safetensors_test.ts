import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CheckpointError,
  encodeSafetensors,
  parseSafetensors,
  readSafetensors,
  type StoredTensor,
  toFloat32,
  writeSafetensors,
} from "../../checkpoints/mod.ts";
import { createRng } from "../../core/mod.ts";

const TENSORS: Record<string, StoredTensor> = {
  f64: { dtype: "F64", shape: [2], data: Float64Array.of(1e-300, -2) },
  f32: { dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
  f16: { dtype: "F16", shape: [4], data: Uint16Array.of(0x3C00, 0xC000, 0x0001, 0x7C00) },
  bf16: { dtype: "BF16", shape: [2], data: Uint16Array.of(0x3F80, 0xC040) },
  i64: { dtype: "I64", shape: [], data: BigInt64Array.of(-3n) },
  i32: { dtype: "I32", shape: [1], data: Int32Array.of(-70000) },
  i16: { dtype: "I16", shape: [3], data: Int16Array.of(-300, 0, 300) },
  i8: { dtype: "I8", shape: [1], data: Int8Array.of(-5) },
  u8: { dtype: "U8", shape: [0, 4], data: new Uint8Array(0) },
  bool: { dtype: "BOOL", shape: [2], data: Uint8Array.of(0, 1) },
};

/** A file with a header of one's own. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

function fails(header: unknown, message: string, data?: Uint8Array): void {
  assertThrows(() => parseSafetensors(file(header, data)), CheckpointError, message);
}

Deno.test("encodeSafetensors() and parseSafetensors() keep every dtype, shape and text", () => {
  const metadata: Record<string, string> = { author: "größer", empty: "" };
  const read = parseSafetensors(encodeSafetensors(TENSORS, metadata));
  assertEquals({ ...read.metadata }, metadata);
  assertEquals(Object.keys(read.tensors).sort(), Object.keys(TENSORS).sort());
  for (const [name, tensor] of Object.entries(TENSORS)) assertEquals(read.tensors[name], tensor);
});

Deno.test("parseSafetensors() returns views of aligned tensors and reads unaligned bytes", () => {
  const bytes = encodeSafetensors(TENSORS);
  assert(parseSafetensors(bytes).tensors.f64?.data.buffer === bytes.buffer);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assertEquals(parseSafetensors(shifted.subarray(1)).tensors.f64, TENSORS.f64);
});

Deno.test("parseSafetensors() reads tensors far into a large file", () => {
  const far = { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) } as const;
  // The product of its offsets is beyond 2⁵³.
  const near = { dtype: "U8", shape: [96_000_000], data: new Uint8Array(96_000_000) } as const;
  assertEquals(parseSafetensors(encodeSafetensors({ near, far })).tensors.far, far);
});

Deno.test("toFloat32() widens halves, bfloat16 and integers", () => {
  assertEquals(toFloat32(TENSORS.f16!), Float32Array.of(1, -2, 2 ** -24, Infinity));
  assertEquals(toFloat32(TENSORS.bf16!), Float32Array.of(1, -3));
  assertEquals(toFloat32(TENSORS.i64!), Float32Array.of(-3));
  assertEquals(toFloat32(TENSORS.i16!), Float32Array.of(-300, 0, 300));
});

Deno.test("parseSafetensors() names what is wrong in a header", () => {
  const four = new Uint8Array(4);
  const a = { dtype: "F32", shape: [1], "data_offsets": [0, 4] };
  assertThrows(() => parseSafetensors(new Uint8Array(3)), CheckpointError, "at least 8 bytes");
  const huge = file({});
  new DataView(huge.buffer).setBigUint64(0, 2n ** 60n, true);
  assertThrows(() => parseSafetensors(huge), CheckpointError, "at most 100000000 bytes");
  new DataView(huge.buffer).setBigUint64(0, 3n, true);
  assertThrows(() => parseSafetensors(huge), CheckpointError, "must be inside the file");
  fails("{", "must be JSON");
  fails("[]", "must be a JSON object");
  fails({ a: { ...a, dtype: "Q4" } }, 'must have a known dtype, got "Q4"', four);
  fails({ a: { ...a, shape: [-1] } }, "shape of counts", four);
  fails({ a: { ...a, shape: [2] } }, "[2] of F32 must have 8 bytes, got 4", four);
  fails({ a: { ...a, shape: [2 ** 40, 2 ** 40] } }, "shape of counts", four);
  fails({ a: { ...a, "data_offsets": [4, 0] } }, "data_offsets", four);
  fails({ a }, "truncated", new Uint8Array(3));
  fails({ a }, "belong to no tensor", new Uint8Array(5));
  fails({ a: { ...a, "data_offsets": [4, 8] } }, "belong to no tensor", new Uint8Array(8));
  fails({ a, b: a }, "overlaps", four);
  fails({ __metadata__: { a: 1 } }, "__metadata__.a must be a string");
  const entry = JSON.stringify(a);
  fails(`{"a":${entry},"\\u0061":${entry}}`, "twice", four);
});

Deno.test("parseSafetensors() takes __proto__ as a name like any other", () => {
  const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  const { tensors } = parseSafetensors(file(`{"__proto__":${entry}}`, Uint8Array.of(7)));
  assertEquals(Object.keys(tensors), ["__proto__"]);
  assertEquals(({} as Record<string, unknown>).shape, undefined);
});

Deno.test("parseSafetensors() meets damaged files with nothing but its own error", () => {
  const rng = createRng(5);
  const intact = encodeSafetensors(TENSORS, { text: "x" });
  let refused = 0;
  for (let round = 0; round < 2000; round++) {
    const draw = rng.fork(round);
    const bytes = intact.slice(
      0,
      draw.uniform() < 0.2 ? draw.integer(intact.length, 1) : undefined,
    );
    for (let flip = 0; flip < 1 + draw.integer(3, 2); flip++) {
      const at = draw.integer(bytes.length * 8, 3 + flip);
      if (bytes.length > 0) bytes[at >> 3]! ^= 1 << (at & 7);
    }
    try {
      parseSafetensors(bytes);
    } catch (error) {
      assert(error instanceof CheckpointError, `flip of round ${round}: ${error}`);
      refused++;
    }
  }
  assert(refused > 500, `${refused} of 2000 were refused`);
});

Deno.test("encodeSafetensors() refuses data that is not of its shape or dtype", () => {
  const data = Float32Array.of(1, 2);
  const wrongShape = { a: { dtype: "F32", shape: [3], data } } as const;
  assertThrows(() => encodeSafetensors(wrongShape), TypeError, "3 elements of F32");
  const wrongType = { a: { dtype: "F64", shape: [2], data } } as const;
  assertThrows(() => encodeSafetensors(wrongType), TypeError, "Float32Array");
});

Deno.test("writeSafetensors() keeps an existing file unless told otherwise", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.safetensors`;
    await writeSafetensors(path, { tensors: { a: TENSORS.f32! } });
    await assertRejects(
      () => writeSafetensors(path, { tensors: { b: TENSORS.f64! } }),
      TypeError,
      "the file exists",
    );
    assertEquals(Object.keys((await readSafetensors(path)).tensors), ["a"]);
    await writeSafetensors(path, { tensors: { b: TENSORS.f64! }, overwrite: true });
    assertEquals(Object.keys((await readSafetensors(path)).tensors), ["b"]);
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["a.safetensors"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
