/**
 * Makes the mistakes of mistakes.ts and collects the message of each.
 *
 * @module
 */

import { saveModel } from "../../checkpoints/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { createModel } from "../../model/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { emrdm, type Outcome } from "../cli/run.ts";
import { cloudyDates, TINY } from "../restoration/tiny.ts";
import { GOOD, type Mistake, MISTAKES } from "./mistakes.ts";
import { shell } from "../gdal.ts";
import { startServer } from "./server.ts";

/** Side of the scenes. */
const SIDE = 64;
const UTM33 = {
  epsg: 32633,
  geoKeys: { directory: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633] },
};

/** A mistake and what was printed. */
export interface Tried {
  readonly group: string;
  readonly mistake: Mistake;
  /** Printed text, without the folder and the address. */
  readonly lines: readonly string[];
  readonly code: number;
  /** Restores again with other arguments. */
  again(args: readonly string[]): Promise<Outcome>;
  readonly folder: string;
}

/** The cell of the page: without the name of the command, and without what repeats. */
export function cellOf({ lines }: Pick<Tried, "lines">): string {
  return lines.filter((line) => !/^(?:radiometry of|See emrdm)/.test(line) || lines.length === 1)
    .map((line) => line.replace(/^emrdm restore: /, "").replaceAll("|", "\\|"))
    .join("<br>");
}

/**
 * Makes each mistake in a folder of its own, and calls `look` while the folder exists.
 *
 * @param groups Groups of mistakes. Default all.
 */
export async function tryMistakes(
  look: (tried: Tried) => Promise<void> | void,
  groups: readonly string[] = Object.keys(MISTAKES),
): Promise<void> {
  await useEngine("cpu", { log() {} });
  const models = await Deno.makeTempDir();
  for (const level of ["unknown", "L1C", "L2A"] as const) {
    const model = createModel({ ...TINY, ...(level === "unknown" ? {} : { level }) }, { seed: 1 });
    await saveModel(model, `${models}/${level}.safetensors`);
  }
  const dates = cloudyDates({ width: SIDE, height: SIDE });
  const home = Deno.cwd();
  try {
    for (const group of groups) {
      for (const mistake of MISTAKES[group]!) {
        const folder = await Deno.makeTempDir();
        const server = startServer(folder);
        try {
          for (const [i, name] of GOOD.entries()) {
            await writeCog(`${folder}/${name}`, {
              ...dates[i]!,
              transform: [600000, 10, 0, 5300000, 0, -10],
              crs: UTM33,
            });
          }
          if (mistake.make !== undefined) await shell(mistake.make, folder);
          Deno.chdir(folder);
          const model = `${models}/${mistake.level ?? "unknown"}.safetensors`;
          const restore = (args: readonly string[]) =>
            emrdm(
              ...["restore", ...args, "--model", model, "--out", "out.tif"],
              ...["--engine", "cpu", "--overwrite"],
            );
          const args = mistake.args.map((arg) => arg.replace("{http}", server.address));
          const { code, err } = await restore(args);
          const lines = err.split("\n").filter((line) => line !== "")
            .map((line) => line.replaceAll(server.address, "http://host"));
          await look({
            ...{ group, mistake, code, folder, lines },
            again: restore,
          });
        } finally {
          Deno.chdir(home);
          await server.stop();
          await Deno.remove(folder, { recursive: true });
        }
      }
    }
  } finally {
    await Deno.remove(models, { recursive: true });
  }
}
