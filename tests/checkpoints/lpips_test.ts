import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { CheckpointError, readLpips, writeSafetensors } from "../../checkpoints/mod.ts";
import { InputError } from "../../core/mod.ts";
import { testOn } from "../engines.ts";
import { golden } from "../golden.ts";
import { channelsLast } from "../metrics/golden_pairs.ts";
import { recipeTensors } from "../metrics/lpips_recipe.ts";
import { bytesOf, legacyTorchFile, pickle, tensor, text, torchFile } from "./torch_fixture.ts";

type Tensors = Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>;

const all = await recipeTensors("alex");
const isHead = (name: string) => name.startsWith("lin");
const only = (keep: (name: string) => boolean): Tensors =>
  Object.fromEntries(Object.entries(all).filter(([name]) => keep(name)));
const heads = only(isHead);
/** By torchvision's names, with a layer of its that LPIPS does not have. */
const network: Tensors = {
  ...Object.fromEntries(
    Object.entries(only((name) => !isHead(name)))
      .map(([name, tensor]) => [name.replace(/^net\.slice\d\./, "features."), tensor]),
  ),
  "classifier.1.bias": { shape: [2], data: Float32Array.of(NaN, 7) },
};

/** A state_dict as `torch.save` writes it. */
function stateDict(tensors: Tensors, kind: "zip" | "legacy"): Uint8Array {
  const entries = Object.entries(tensors);
  const body = pickle(
    "}(",
    ...entries.map(([name, { shape, data }], key) => {
      const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
      return bytesOf(text(name), tensor(`${key}`, { shape, stride, count: data.length }));
    }),
    "u",
  );
  const storages = Object.fromEntries(entries.map(([, { data }], key) => [`${key}`, data]));
  return kind === "zip" ? torchFile(body, storages) : legacyTorchFile(body, storages);
}

/** Runs f with a folder that is removed afterwards. */
async function inFolder(f: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function saveSafetensors(path: string, tensors: Tensors): Promise<void> {
  const stored = Object.entries(tensors)
    .map(([name, { shape, data }]) => [name, { dtype: "F32" as const, shape, data }]);
  return writeSafetensors(path, { tensors: Object.fromEntries(stored) });
}

testOn("wasm", "readLpips() reads all kinds of files to the same LPIPS", async () => {
  const { values, shapes } = await golden("lpips");
  const [a, b] = ["img_a", "img_b"].map((name) =>
    channelsLast({ data: values[name]!, shape: shapes[name]! })
  );
  const constants = { "scaling_layer.shift": { shape: [1], data: Float32Array.of(0) } };
  const twice = Object.entries(heads).map(([name, head]) => [name.replace("lin", "lins."), head]);
  await inFolder(async (folder) => {
    const file = (name: string) => `${folder}/${name}`;
    await Deno.writeFile(file("net.pth"), stateDict(network, "zip"));
    await Deno.writeFile(file("net_old.pth"), stateDict(network, "legacy"));
    await Deno.writeFile(file("heads.pth"), stateDict(heads, "zip"));
    await Deno.writeFile(file("heads_old.pth"), stateDict(heads, "legacy"));
    await saveSafetensors(file("whole.safetensors"), {
      ...all,
      ...constants,
      ...Object.fromEntries(twice),
    });
    const digests: string[] = [];
    for (
      const names of [
        ["net.pth", "heads.pth"],
        ["heads_old.pth", "net_old.pth"],
        ["whole.safetensors"],
      ]
    ) {
      const lpips = await readLpips(names.map(file));
      assertEquals(lpips.net, "alex");
      const distance = await lpips.distance(a!, b!, { height: 64, width: 64 });
      assertEquals(Math.abs(distance - values.alex![0]!) < 3.3e-8, true, names.join());
      digests.push(lpips.digest);
      await lpips.dispose();
    }
    assertEquals(new Set(digests).size, 1);
    await saveSafetensors(file("other.safetensors"), {
      ...all,
      "lin4.model.1.weight": { shape: [1, 256, 1, 1], data: new Float32Array(256).fill(0.5) },
    });
    const other = await readLpips(new URL(`file://${file("other.safetensors")}`));
    assertNotEquals(other.digest, digests[0]);
    await other.dispose();
  });
});

Deno.test("readLpips() says what is wrong with the files", async () => {
  await inFolder(async (folder) => {
    const refuses = async (tensors: readonly Tensors[], message: string) => {
      const paths = tensors.map((_, i) => `${folder}/${i}.pth`);
      for (const [i, path] of paths.entries()) {
        await Deno.writeFile(path, stateDict(tensors[i]!, i % 2 === 0 ? "zip" : "legacy"));
      }
      await assertRejects(() => readLpips(paths), CheckpointError, message);
    };
    await refuses([network], "the heads are missing: give the file weights/v0.1/alex.pth");
    await refuses([heads], "the network is missing");
    await refuses([network, heads, heads], "lin0 must be in one of the files");
    const { "features.8.bias": _, ...partial } = network;
    await refuses([partial, heads], "there must be features.8.bias");
    const wrong = { shape: [384], data: new Float32Array(384) };
    await refuses([{ ...network, "features.10.bias": wrong }, heads], "must be [256], got [384]");
    // VGG19 and networks with batch normalization have layers that VGG16 does not have.
    await refuses([{ ...network, "features.34.bias": wrong }, heads], "no place for features.34");
    await refuses([{ ...network, "fc.weight": wrong }, heads], "got fc.weight");
    const first = { shape: [64, 3, 7, 7], data: new Float32Array(64 * 3 * 49) };
    await refuses(
      [{ ...network, "features.0.weight": first }, heads],
      "features.0.weight must be [64, 3, 11, 11] (AlexNet) or [64, 3, 3, 3] (VGG16)",
    );
    const bias = network["features.0.bias"]!;
    const nan = { ...bias, data: bias.data.with(3, NaN) };
    await refuses([{ ...network, "features.0.bias": nan }, heads], "finite, got NaN at element 3");
    await assertRejects(
      () => readLpips(`${folder}/none.pth`),
      InputError,
      "none.pth must be a file",
    );
    await Deno.writeFile(`${folder}/model.pth`, torchFile(pickle("ctorchvision\nAlexNet\n)R")));
    await assertRejects(
      () => readLpips(`${folder}/model.pth`),
      CheckpointError,
      "model.pth: Cannot read weights of LPIPS: the file must hold a state_dict",
    );
  });
});
