import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CheckpointError,
  fileSource,
  fromAuthorsNames,
  importCheckpoint,
  readSafetensors,
  toAuthorsNames,
} from "../../checkpoints/mod.ts";
import { createRng } from "../../core/mod.ts";
import { goldenUrl } from "./golden_url.ts";
import {
  bytesOf,
  integer,
  pickle,
  stateFile,
  tensor,
  text,
  torchFile,
  zip,
} from "./torch_fixture.ts";

const CKPT = goldenUrl("tiny_temporal.ckpt");
const EXPECTED = goldenUrl("ckpt_tiny_temporal.safetensors");
const WEIGHTS_ONLY = goldenUrl("tiny_weights_only.ckpt");

/** `model.diffusion_model.a` = 1, its average 2, the buffer 3. */
const STATE = {
  "model.diffusion_model.a.weight": Float32Array.of(1),
  "model.diffusion_model.time_emb.weight": Float32Array.of(3),
  "model_ema.diffusion_modelaweight": Float32Array.of(2),
  "model_ema.decay": Float32Array.of(0.5),
  "loss_fn.other": Float32Array.of(9),
};

function fails(file: Uint8Array, message: string): void {
  assertThrows(() => importCheckpoint(file, { weights: "raw" }), CheckpointError, message);
}

Deno.test({
  name: "importCheckpoint() reads the golden Lightning checkpoint, raw and averaged",
  ignore: CKPT === undefined || EXPECTED === undefined,
  async fn() {
    const { tensors: expected } = await readSafetensors(EXPECTED!);
    using file = fileSource(CKPT!);
    const raw = importCheckpoint(file, { weights: "raw" });
    const ema = importCheckpoint(file);
    let compared = 0;
    for (const [key, { data }] of Object.entries(expected)) {
      const [, name] = key.match(/^sd\.model\.diffusion_model\.(.*)$/) ?? [];
      if (name === undefined) continue;
      assertEquals(raw.tensors[name]?.data, data, name);
      const average = expected[`sd.model_ema.diffusion_model${name.replaceAll(".", "")}`];
      if (average !== undefined) assertEquals(ema.tensors[name]?.data, average.data, name);
      compared += average === undefined ? 1 : 2;
    }
    assert(compared >= 6, `${compared} tensors`);
    const mid = expected["sd.model_ema.diffusion_modelmid_level1self_attnscale"]!.data;
    assertEquals(ema.tensors["mid_level.1.self_attn.scale"]?.data, mid);
    assertEquals(ema.tensors["time_emb.weight"], raw.tensors["time_emb.weight"]);
    assertEquals([ema.globalStep, ema.epoch, ema.numUpdates], [3, 1, 3]);
    assertEquals(ema.decay, expected["sd.model_ema.decay"]!.data[0] as number);
    assertEquals(ema.ignored, []);
  },
});

Deno.test({
  name: "importCheckpoint() has the golden sums of every raw tensor",
  ignore: CKPT === undefined || EXPECTED === undefined,
  fn() {
    const manifest = JSON.parse(Deno.readTextFileSync(new URL("manifest.json", EXPECTED)));
    const listed: Record<string, { shape: number[]; sum: number; ["abs_sum"]: number }> =
      manifest.files["ckpt_tiny_temporal"].hyper["state_dict"];
    const { tensors } = importCheckpoint(Deno.readFileSync(CKPT!), { weights: "raw" });
    const names = Object.keys(listed).filter((name) => name.startsWith("model."));
    assertEquals(names.length, Object.keys(tensors).length);
    for (const name of names) {
      const { shape, data } = tensors[name.slice("model.diffusion_model.".length)]!;
      const values = [...data].map(Number);
      assertEquals(shape, listed[name]!.shape);
      const sum = values.reduce((total, value) => total + value, 0);
      // Both sums are of float32 values in float64: only the order of adding differs.
      assert(Math.abs(sum - listed[name]!.sum) <= 1e-12 * (1 + listed[name]!["abs_sum"]), name);
    }
  },
});

Deno.test({
  name: "importCheckpoint() reads a file with raw weights only and says what it lacks",
  ignore: CKPT === undefined || WEIGHTS_ONLY === undefined,
  fn() {
    const bytes = Deno.readFileSync(WEIGHTS_ONLY!);
    const { tensors, globalStep } = importCheckpoint(bytes, { weights: "raw" });
    const whole = importCheckpoint(Deno.readFileSync(CKPT!), { weights: "raw" });
    assertEquals(tensors, whole.tensors);
    assertEquals(globalStep, undefined);
    assertThrows(() => importCheckpoint(bytes), CheckpointError, "take its raw weights");
  },
});

Deno.test("importCheckpoint() takes averages for parameters and raw values for buffers", () => {
  const { tensors, decay, ignored } = importCheckpoint(stateFile(STATE));
  assertEquals(tensors["a.weight"]?.data, Float32Array.of(2));
  assertEquals(tensors["time_emb.weight"]?.data, Float32Array.of(3));
  assertEquals([decay, ignored], [0.5, ["loss_fn.other"]]);
});

Deno.test("importCheckpoint() names a missing, a strange and a misshapen average", () => {
  const ema = (state: Record<string, Float32Array>) => () => importCheckpoint(stateFile(state));
  const more = { ...STATE, "model.diffusion_model.b": Float32Array.of(1) };
  assertThrows(ema(more), CheckpointError, "average of b is missing");
  const strange = { ...STATE, "model_ema.diffusion_modelc": Float32Array.of(1) };
  assertThrows(ema(strange), CheckpointError, "diffusion_modelc belongs to no tensor");
  const wide = { ...STATE, "model_ema.diffusion_modelaweight": Float32Array.of(1, 2) };
  assertThrows(ema(wide), CheckpointError, "a.weight is [1], its average [2]");
  fails(stateFile({ other: Float32Array.of(1) }), "start with model.diffusion_model.");
});

Deno.test("toAuthorsNames() and fromAuthorsNames() undo each other", () => {
  const value = (x: number) => ({ dtype: "F32", shape: [1], data: Float32Array.of(x) }) as const;
  const tensors = { "a.weight": value(1), "time_emb.weight": value(2) };
  const authors = toAuthorsNames(tensors, { numUpdates: 3 });
  assertEquals(Object.keys(authors), [
    "model.diffusion_model.a.weight",
    "model.diffusion_model.time_emb.weight",
    "model_ema.decay",
    "model_ema.num_updates",
    "model_ema.diffusion_modelaweight",
  ]);
  assertEquals(fromAuthorsNames(authors), tensors);
  assertEquals(fromAuthorsNames(tensors), tensors);
  const apart = { ...authors, "model_ema.diffusion_modelaweight": value(5) };
  assertEquals(fromAuthorsNames(apart)["a.weight"], value(5));
  assertEquals(fromAuthorsNames(apart, { weights: "raw" })["a.weight"], value(1));
});

Deno.test("importCheckpoint() reads strided, shared and offset tensors", () => {
  const shared = { count: 6, storage: "FloatStorage" } as const;
  const body = pickle(
    "}(",
    text("model.diffusion_model.t"),
    tensor("0", { ...shared, shape: [3, 2], stride: [1, 3] }),
    text("model.diffusion_model.tail"),
    tensor("0", { ...shared, shape: [2], stride: [1], offset: 4 }),
    text("model.diffusion_model.every"),
    tensor("0", { ...shared, shape: [1, 3], stride: [77, 2] }),
    "u",
  );
  const file = torchFile(body, { 0: Float32Array.of(0, 1, 2, 3, 4, 5) });
  const { tensors } = importCheckpoint(file, { weights: "raw" });
  assertEquals(tensors.t, { dtype: "F32", shape: [3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) });
  assertEquals(tensors.tail?.data, Float32Array.of(4, 5));
  assertEquals(tensors.every?.data, Float32Array.of(0, 2, 4));
});

Deno.test("importCheckpoint() refuses tensors that do not lie in their storage", () => {
  const one = (fields: Parameters<typeof tensor>[1], storage = Float32Array.of(0, 1, 2, 3)) =>
    torchFile(pickle("}", text("model.diffusion_model.a"), tensor("0", fields), "s"), {
      0: storage,
    });
  fails(one({ shape: [5], stride: [1], count: 4 }), "must lie in its storage of 4 elements");
  fails(one({ shape: [2], stride: [4], count: 4 }), "must lie in its storage");
  fails(one({ shape: [2 ** 30, 2 ** 30], stride: [0, 0], count: 4 }), "shape and strides");
  fails(one({ shape: [2 ** 30], stride: [0], count: 4 }), "must lie in its storage");
  fails(one({ shape: [-1], stride: [1], count: 4 }), "shape and strides");
  fails(one({ shape: [5], stride: [1], count: 5 }), "must have 20 bytes, got 16");
  fails(one({ shape: [4], stride: [1], count: 4, storage: "QStorage" }), "torch.QStorage");
});

Deno.test("importCheckpoint() keeps unknown classes inert beside the weights", () => {
  const callbacks = [
    text("callbacks"),
    "cpytorch_lightning.callbacks\nModelCheckpoint\n)\x52}",
    text("dirpath"),
    text("/runs"),
    "sb",
  ];
  const a = tensor("0", { shape: [1], stride: [1], count: 1 });
  const state = [text("state_dict"), "}", text("model.diffusion_model.a"), a, "s"];
  const body = pickle("}(", ...callbacks, ...state, text("epoch"), integer(7), "u");
  const file = torchFile(body, { 0: Float32Array.of(5) });
  const { tensors, epoch } = importCheckpoint(file, { weights: "raw" });
  assertEquals([tensors.a?.data, epoch], [Float32Array.of(5), 7]);
});

Deno.test("importCheckpoint() refuses a pickle that calls os.system and runs nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const marker = `${folder}/executed`;
    const calls = [
      ["os", "system", `touch ${marker}`],
      ["posix", "system", `touch ${marker}`],
      ["builtins", "eval", `open(${JSON.stringify(marker)}, "w")`],
      ["subprocess", "check_call", `touch ${marker}`],
    ] as const;
    for (const [module, name, argument] of calls) {
      const direct = pickle(`c${module}\n${name}\n`, text(argument), 0x85, "R");
      fails(torchFile(direct), `calls for ${module}.${name}`);
      const onStack = pickle(text(module), text(name), 0x93, text(argument), 0x85, "R");
      fails(torchFile(onStack), `calls for ${module}.${name}`);
    }
    const protocol0 = bytesOf(`cos\nsystem\n(S'touch ${marker}'\ntR.`);
    fails(torchFile(protocol0), "calls for os.system");
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("importCheckpoint() refuses pickles that are cut, endless or out of bounds", () => {
  fails(torchFile(pickle("}").slice(0, -1)), "truncated");
  fails(torchFile(pickle("}h", 7)), "refers to value 7");
  fails(torchFile(pickle("(".repeat(2000))), "nested at most 1000");
  fails(torchFile(pickle("X", Uint8Array.of(255, 255, 255, 127))), "truncated");
  fails(torchFile(pickle(0x8B, Uint8Array.of(255, 255, 255, 127))), "an integer must have at most");
  fails(torchFile(pickle("i")), "opcode 0x69");
  fails(torchFile(pickle("0")), "a value is missing");
  fails(torchFile(bytesOf(0x80, 9, ".")), "protocol must be at most 5");
});

Deno.test("importCheckpoint() refuses compressed, overlapping and damaged archives", () => {
  const data = new Uint8Array(8);
  const sound = { name: "archive/data.pkl", data: pickle("}") };
  const bomb = { name: "archive/data/0", data, method: 8, size: 4_000_000_000 };
  fails(zip([sound, bomb]), "is compressed (8 bytes that claim to be 4000000000)");
  const claim = { name: "archive/data/0", data, size: 2 ** 31, packed: 2 ** 31 };
  fails(zip([sound, claim]), "must end before the directory");
  const same = { name: "archive/data/0", data };
  fails(zip([sound, same, same]), "must occur once");
  fails(zip([sound, { name: "archive/data/1", data, headerAt: 0 }]), "has another name");
  const long = { name: "archive/data/2", data: zip([same]).slice(0, 60) };
  const inside = { name: "archive/data/0", data, headerAt: 30 + long.name.length };
  fails(zip([long, inside]), "overlaps another entry");
  fails(zip([{ ...sound, crc: 1 }]), "checksum differs");
  fails(zip([{ name: "archive/x", data }]), "one entry <name>/data.pkl, got 0");
  fails(new Uint8Array(100), "no zip file, or truncated");
});

Deno.test("importCheckpoint() meets damaged files with nothing but its own error", () => {
  const rng = createRng(9);
  const intact = stateFile(STATE);
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
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
      importCheckpoint(bytes);
    } catch (error) {
      assert(error instanceof CheckpointError, `flip of round ${round}: ${error}`);
      refused++;
    }
  }
  assert(refused > 500, `${refused} of 1500 were refused`);
});

Deno.test("unpickling damaged pickles meets nothing but our own error", () => {
  const rng = createRng(11);
  const items = Object.keys(STATE).map((name, key) =>
    bytesOf(text(name), tensor(`${key}`, { shape: [1], stride: [1], count: 1 }))
  );
  const intact = pickle("}(", ...items, "u");
  let refused = 0;
  for (let round = 0; round < 3000; round++) {
    const draw = rng.fork(round);
    const bytes = intact.slice();
    for (let flip = 0; flip < 1 + draw.integer(3, 2); flip++) {
      bytes[draw.integer(bytes.length, 3 + flip)] = draw.integer(256, 9 + flip);
    }
    try {
      importCheckpoint(torchFile(bytes, Object.values(STATE)));
    } catch (error) {
      assert(error instanceof CheckpointError, `round ${round}: ${error}`);
      refused++;
    }
  }
  assert(refused > 1000, `${refused} of 3000 were refused`);
});

Deno.test("importCheckpoint() leaves out the names of torch.compile, around or in the network", () => {
  const named = (change: (name: string) => string) =>
    stateFile(
      Object.fromEntries(Object.entries(STATE).map(([name, data]) => [change(name), data])),
    );
  const around = importCheckpoint(named((name) => `_orig_mod.${name}`));
  assertEquals(around.tensors["a.weight"]?.data, Float32Array.of(2));
  assertEquals([around.decay, around.ignored], [0.5, ["loss_fn.other"]]);
  // The average may have been made before or after the compilation.
  for (const average of ["diffusion_model", "diffusion_model_orig_mod"]) {
    const inside = importCheckpoint(
      named((name) =>
        name.replace("model.diffusion_model.", "model.diffusion_model._orig_mod.")
          .replace("model_ema.diffusion_model", `model_ema.${average}`)
      ),
    );
    assertEquals(inside.tensors["_orig_mod.a.weight"]?.data, Float32Array.of(2), average);
  }
});
