/**
 * Restores look-alikes with small models of both levels and collects what is printed.
 *
 * @module
 */

import { saveModel } from "../../checkpoints/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { createModel } from "../../model/mod.ts";
import { emrdm } from "../cli/run.ts";
import { TINY } from "../restoration/tiny.ts";
import { LOOK_ALIKES, type LookAlike } from "./look_alikes.ts";

/** A product, and what models of both levels say. */
export interface TriedProduct {
  readonly product: LookAlike;
  readonly folder: string;
  /** Error of a model for L1C. */
  readonly l1c: string;
  /** Lines of a model for L2A, with its mask and, where needed, its band names. */
  readonly l2a: readonly string[];
  /** Flags of the call with the model for L2A. */
  readonly flags: readonly string[];
  readonly code: number;
}

/** Restores each product, and calls `look` while its folder exists. */
export async function tryLookAlikes(
  look: (tried: TriedProduct) => Promise<void> | void,
): Promise<void> {
  await useEngine("cpu", { log() {} });
  const models = await Deno.makeTempDir();
  for (const level of ["L1C", "L2A"] as const) {
    const model = createModel({ ...TINY, length: 1, level }, { seed: 1 });
    await saveModel(model, `${models}/${level}.safetensors`);
  }
  const home = Deno.cwd();
  try {
    for (const product of LOOK_ALIKES) {
      const folder = await Deno.makeTempDir();
      try {
        await product.write(folder);
        Deno.chdir(folder);
        const { path, mask, ownMask, bandNames } = product;
        const flags = [
          ...(mask === undefined ? [] : ["--mask", mask]),
          ...(ownMask === true ? ["--mask", "scl"] : []),
          ...(bandNames === undefined ? [] : ["--band-names", bandNames]),
        ];
        const restore = (level: string, more: readonly string[]) =>
          emrdm(
            ...["restore", path, "--model", `${models}/${level}.safetensors`],
            ...["--out", "out.tif", "--engine", "cpu", "--overwrite", ...more],
          );
        const l1c = await restore("L1C", flags);
        const l2a = await restore("L2A", flags);
        const lines = l2a.err.split("\n").filter((line) => line !== "");
        await look({ product, folder, l1c: l1c.err, l2a: lines, flags, code: l2a.code });
      } finally {
        Deno.chdir(home);
        await Deno.remove(folder, { recursive: true });
      }
    }
  } finally {
    await Deno.remove(models, { recursive: true });
  }
}

/** Row of a product on the page. */
export function productRow({ product, l2a, flags }: TriedProduct): string {
  const said = l2a.map((line) => line.replace(/^emrdm restore: /, "")).join("<br>");
  return `| ${product.product} | ${flags.join(" ") || "–"} | ${said} |`;
}
