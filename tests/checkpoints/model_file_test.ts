import { assert, assertEquals, assertRejects } from "@std/assert";
import { builtins } from "../../builtins.ts";
import {
  CheckpointError,
  convertWeights,
  loadModel,
  readSafetensors,
  saveModel,
  type StoredTensors,
  writeSafetensors,
} from "../../checkpoints/mod.ts";
import { tf, useEngine } from "../../engine/mod.ts";
import { createModel, type Model, type ModelConfig } from "../../model/mod.ts";

const CONFIG: ModelConfig = {
  name: "tiny",
  licence: "CC0-1.0",
  bands: [{ name: "B04", unit: "DN" }, { name: "B03", unit: "DN" }],
  scaling: { low: 0, high: 10000, clip: true },
  tileSize: 32,
  length: 2,
  network: {
    type: "temporalHdit",
    patchSize: [2, 1],
    levels: [
      { width: 16, depth: 1, dFf: 24, attention: "neighborhood", dHead: 8 },
      { width: 32, depth: 1, dFf: 40, attention: "global", dHead: 16 },
    ],
    mapping: { depth: 1, width: 12, dFf: 20 },
    temporal: { heads: 4, dK: 6, dFf: 36 },
  },
};

function dispose({ weights }: Model): void {
  tf.dispose({ ...weights.params, ...weights.buffers });
}

/** Runs in a folder that holds `tiny.safetensors`. */
async function withFile(
  run: (path: string, files: { model: Model; folder: string }) => Promise<void>,
): Promise<void> {
  await useEngine("cpu", { log: () => {} });
  const folder = await Deno.makeTempDir();
  const model = createModel(CONFIG);
  try {
    const path = `${folder}/tiny.safetensors`;
    await saveModel(model, path);
    await run(path, { model, folder });
  } finally {
    dispose(model);
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes the file again with other tensors or metadata. */
async function change(
  path: string,
  edit: (file: {
    tensors: Record<string, StoredTensors[string]>;
    metadata: Record<string, string>;
  }) => void,
): Promise<void> {
  const { tensors, metadata } = await readSafetensors(path);
  const file = { tensors: { ...tensors }, metadata: { ...metadata } };
  edit(file);
  await writeSafetensors(path, { ...file, overwrite: true });
}

async function refuses(path: string, message: string): Promise<void> {
  const before = tf.memory().numTensors;
  await assertRejects(() => loadModel(path), CheckpointError, message);
  assertEquals(tf.memory().numTensors, before);
}

Deno.test("loadModel() gives back what saveModel() was given", async () => {
  await withFile(async (path, { model }) => {
    const before = tf.memory().numTensors;
    const loaded = await loadModel(path);
    assertEquals(loaded.card, model.card);
    assertEquals(tf.memory().numTensors - before, loaded.modules.network.tensors.length);
    for (const role of ["params", "buffers"] as const) {
      assertEquals(Object.keys(loaded.weights[role]), Object.keys(model.weights[role]));
      for (const [name, tensor] of Object.entries(model.weights[role])) {
        assertEquals(loaded.weights[role][name]!.shape, tensor.shape);
        assertEquals(await loaded.weights[role][name]!.data(), await tensor.data(), name);
      }
    }
    dispose(loaded);
    assertEquals(tf.memory().numTensors, before);
  });
});

Deno.test("saveModel() writes linear weights [out, in] and a card that people can read", async () => {
  await withFile(async (path, { model, folder }) => {
    const { tensors, metadata } = await readSafetensors(path);
    assertEquals(tensors["patch_in.proj.weight"]?.shape, [16, 2 * 5]);
    assertEquals(tensors["time_emb.weight"]?.shape, [6, 1]);
    assertEquals(tensors["temporal_encoder.attention_heads.Q"]?.shape, [4, 6]);
    assertEquals(metadata.bands, "B04 (DN), B03 (DN)");
    assertEquals([metadata.name, metadata.licence], ["tiny", "CC0-1.0"]);
    assert(!metadata["emrdm.card"]!.includes("null"), "Infinity must not become null");
    await assertRejects(() => saveModel(model, path), TypeError, "exists");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["tiny.safetensors"]);
  });
});

Deno.test("loadModel() names a missing, a strange and a misshapen tensor", async () => {
  await withFile(async (path) => {
    const original = await Deno.readFile(path);
    await change(path, ({ tensors }) => {
      tensors["patch_in.weight"] = tensors["patch_in.proj.weight"]!;
      delete tensors["patch_in.proj.weight"];
    });
    await refuses(path, "must have patch_in.proj.weight; it has patch_in.weight instead");
    await Deno.writeFile(path, original);
    await change(path, ({ tensors }) => tensors["more"] = tensors["splits.0.fac"]!);
    await refuses(path, "only tensors of the network, got also more");
    await Deno.writeFile(path, original);
    await change(path, ({ tensors }) => {
      const { dtype, data } = tensors["patch_in.proj.weight"]!;
      tensors["patch_in.proj.weight"] = { dtype, data, shape: [10, 16] };
    });
    await refuses(path, "patch_in.proj.weight must be [16, 10], got [10, 16] in the file");
    await Deno.writeFile(path, original);
    await change(path, ({ tensors }) => {
      tensors["splits.0.fac"] = { dtype: "F32", shape: [1], data: Float32Array.of(NaN) };
    });
    await refuses(path, "splits.0.fac must be finite, got NaN");
  });
});

Deno.test("loadModel() says what to do with a file without a card, or with a newer one", async () => {
  await withFile(async (path, { folder }) => {
    const original = await Deno.readFile(path);
    await change(path, ({ metadata }) => delete metadata["emrdm.card"]);
    await refuses(path, "has no model card: add one first");
    await Deno.writeFile(path, original);
    await change(path, ({ metadata }) => metadata["emrdm.version"] = "2");
    await refuses(path, "use a newer emrdm");
    await Deno.writeFile(path, original);
    await change(path, ({ metadata }) => metadata["emrdm.card"] = "{");
    await refuses(path, "the card must be JSON");
    await Deno.writeFile(`${folder}/a.ckpt`, new TextEncoder().encode("PK\x03\x04"));
    await refuses(`${folder}/a.ckpt`, "emrdm convert");
  });
});

Deno.test("loadModel() finds a plugin's modules in the registry it is given", async () => {
  await withFile(async (path) => {
    await change(path, ({ metadata }) => {
      metadata["emrdm.card"] = metadata["emrdm.card"]!
        .replace('"schedule":{"type":"rational"', '"schedule":{"type":"mine"');
    });
    await refuses(path, '"mine" is not a known schedule (known: rational');
    const registry = builtins.with({ schedule: { mine: builtins.entries("schedule").rational } });
    const loaded = await loadModel(path, { registry });
    assertEquals(loaded.card.modules.schedule.type, "mine");
    dispose(loaded);
  });
});

Deno.test("loadModel() loads from an http URL and reports what the server says", async () => {
  await withFile(async (path, { model }) => {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) =>
        request.url.endsWith("/tiny.safetensors")
          ? new Response(await Deno.readFile(path))
          : new Response("no", { status: 404 }),
    );
    const base = `http://127.0.0.1:${server.addr.port}`;
    try {
      const loaded = await loadModel(`${base}/tiny.safetensors`);
      assertEquals(loaded.card, model.card);
      dispose(loaded);
      await assertRejects(() => loadModel(new URL(`${base}/x`)), CheckpointError, "HTTP 404");
    } finally {
      await server.shutdown();
    }
  });
});

Deno.test("saveModel() as float16 halves the file and rounds weights, not frequencies", async () => {
  await withFile(async (path, { model, folder }) => {
    const half = `${folder}/half.safetensors`;
    await saveModel(model, half, { dtype: "float16" });
    const { tensors } = await readSafetensors(half);
    for (const name of Object.keys(model.weights.params)) assertEquals(tensors[name]!.dtype, "F16");
    for (const name of Object.keys(model.weights.buffers)) {
      assertEquals(tensors[name]!.dtype, "F32");
    }
    const loaded = await loadModel(half);
    for (const [name, exact] of Object.entries(model.weights.params)) {
      const [wanted, found] = [exact.dataSync(), loaded.weights.params[name]!.dataSync()];
      // Half a unit in the last of 11 bits, or of the smallest number.
      for (const [i, value] of wanted.entries()) {
        assert(Math.abs(found[i]! - value) <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25), name);
      }
    }
    for (const [name, exact] of Object.entries(model.weights.buffers)) {
      assertEquals(loaded.weights.buffers[name]!.dataSync(), exact.dataSync());
    }
    const [{ size: small }, { size: large }] = [await Deno.stat(half), await Deno.stat(path)];
    assert(small < 0.7 * large, `${small} of ${large} bytes`);
    dispose(loaded);
  });
});

Deno.test("saveModel() refuses weights that float16 cannot hold", async () => {
  await withFile(async (_, { model, folder }) => {
    const [[name, first]] = Object.entries(model.weights.params) as [
      [string, typeof tf.Tensor.prototype],
    ];
    const large = tf.fill(first.shape, 1e6);
    const weights = { ...model.weights, params: { ...model.weights.params, [name]: large } };
    const options = { dtype: "float16" } as const;
    await assertRejects(
      () => saveModel({ ...model, weights }, `${folder}/large.safetensors`, options),
      RangeError,
      "65504",
    );
    large.dispose();
  });
});

for (const prefix of ["_orig_mod.", "module.", "module._orig_mod.", "net.model."]) {
  Deno.test(`loadModel() leaves out ${prefix} before every name`, async () => {
    await withFile(async (path, { model, folder }) => {
      await change(path, ({ tensors }) => {
        for (const name of Object.keys(tensors)) {
          tensors[prefix + name] = tensors[name]!;
          delete tensors[name];
        }
      });
      const loaded = await loadModel(path);
      for (const [name, tensor] of Object.entries(model.weights.params)) {
        assertEquals(await loaded.weights.params[name]!.data(), await tensor.data(), name);
      }
      dispose(loaded);
      await convertWeights(path, `${folder}/plain.safetensors`);
      const { tensors } = await readSafetensors(`${folder}/plain.safetensors`);
      assert(Object.keys(tensors).every((name) => !name.startsWith(prefix)));
    });
  });
}

Deno.test("loadModel() says that some names have a prefix and others have none", async () => {
  await withFile(async (path) => {
    await change(path, ({ tensors }) => {
      tensors["module.patch_in.proj.weight"] = tensors["patch_in.proj.weight"]!;
      delete tensors["patch_in.proj.weight"];
    });
    await refuses(
      path,
      "the file must have patch_in.proj.weight; it has module.patch_in.proj.weight instead: a " +
        "prefix must be on all names or on none; remove module. from those that have it",
    );
  });
});
