import { assert, assertEquals, assertThrows } from "@std/assert";
import { builtins } from "../../builtins.ts";
import {
  CheckpointError,
  fitCard,
  importCheckpoint,
  inferNetwork,
  published,
  type PublishedName,
  swapShape,
} from "../../checkpoints/mod.ts";
import { buildModules } from "../../model/mod.ts";
import { goldenUrl } from "./golden_url.ts";

const SPEC = new URL("../../../shared/spec/", import.meta.url);
const CKPT = goldenUrl("tiny_temporal.ckpt");

function present(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}

/** Names, shapes and roles of an authors' state_dict. */
function readTable(name: string) {
  const lines = Deno.readTextFileSync(new URL(`state_dict_${name}.tsv`, SPEC)).trim().split("\n");
  return lines.slice(1).map((line) => {
    const [key, shape, kind] = line.split("\t") as [string, string, string];
    return {
      name: key.replace("diffusion_model.", ""),
      shape: JSON.parse(shape) as number[],
      role: kind === "P" ? "param" : "buffer",
    };
  });
}

for (const name of ["sen2_mtc_new", "sentinel", "cuhk"] as const) {
  const ignore = !present(new URL(`state_dict_${name}.tsv`, SPEC));
  Deno.test({
    name: `published.${name} has every tensor of the authors' state_dict`,
    ignore,
    fn() {
      const { network } = buildModules(published[name]);
      const ours = network.tensors.map((spec) => ({
        name: spec.name,
        shape: swapShape(spec.name, spec.shape),
        role: spec.role,
      }));
      const byName = (a: { name: string }, b: { name: string }) => a.name < b.name ? -1 : 1;
      const wanted = readTable(name).sort(byName);
      assert(wanted.length > 100);
      assertEquals(ours.sort(byName) as unknown[], wanted as unknown[]);
    },
  });

  Deno.test({
    name: `inferNetwork() finds the sizes of ${name}`,
    ignore,
    fn() {
      const shapes = Object.fromEntries(readTable(name).map((row) => [row.name, row]));
      const { network } = published[name].modules;
      const levels = network.levels as readonly { attention: "neighborhood" | "global" }[];
      const inferred = inferNetwork(shapes, {
        attention: levels.map(({ attention }) => attention),
        inChannels: network.inChannels as number,
      });
      const { type, ...found } = builtins.read("network", inferred);
      const { type: wantedType, ...wanted } = builtins.read("network", network);
      assertEquals(type, wantedType);
      // Dropout leaves no trace in the tensors.
      const plain = (options: object) => JSON.stringify(options).replace(/"dropout":[\d.]+/g, "");
      assertEquals(plain(found), plain(wanted));
    },
  });
}

Deno.test("published cards fit together and are complete", () => {
  for (const [name, card] of Object.entries(published)) {
    buildModules(card);
    for (const [axis, module] of Object.entries(card.modules)) {
      const read = builtins.read(axis as "schedule", module);
      const left = Object.keys(read).filter((key) => !Object.hasOwn(module, key));
      assertEquals(left, [], `${name}.${axis}`);
    }
  }
  const sentinel: PublishedName = "sentinel";
  assertEquals(published[sentinel].modules.sampler.sChurn, 5);
});

Deno.test({
  name: "fitCard() takes the sizes of the golden checkpoint, or says how",
  ignore: CKPT === undefined,
  fn() {
    const { tensors } = importCheckpoint(Deno.readFileSync(CKPT!));
    const card = published["sen2_mtc_new"];
    assertThrows(() => fitCard(card, tensors), CheckpointError, "attention of each level");
    const fitted = fitCard(card, tensors, { attention: ["neighborhood", "global"] });
    const { levels, patchSize, temporal } = fitted.modules.network as unknown as {
      levels: { width: number; depth: number; dHead: number }[];
      patchSize: number[];
      temporal: { heads: number; dK: number; dFf: number };
    };
    assertEquals(levels.map(({ width, depth, dHead }) => [width, depth, dHead]), [
      [16, 1, 16],
      [32, 2, 16],
    ]);
    assertEquals(patchSize, [4, 4]);
    assertEquals(temporal, { heads: 4, dK: 6, dFf: 64 });
    assertThrows(
      () => fitCard(card, tensors, { attention: ["global"] }),
      CheckpointError,
      "it has 2 levels",
    );
  },
});

Deno.test({
  name: "fitCard() names a tensor of a wrong name or shape",
  ignore: CKPT === undefined,
  fn() {
    const { tensors } = importCheckpoint(Deno.readFileSync(CKPT!));
    const card = published["sen2_mtc_new"];
    const attention = ["neighborhood", "global"] as const;
    const { "splits.0.fac": fac, ...rest } = tensors;
    const renamed = { ...rest, "splits.0.factor": fac! };
    assertThrows(
      () => fitCard(card, renamed, { attention }),
      CheckpointError,
      "must have splits.0.fac; it has splits.0.factor instead",
    );
    const reshaped = { ...tensors, "out_norm.scale": fac! };
    assertThrows(
      () => fitCard(card, reshaped, { attention }),
      CheckpointError,
      "out_norm.scale must be [16], got [1]",
    );
  },
});
