/** Seeds in a folder: one folder for each reader, so that all processes start from the same. */

import type { FuzzReader, Seed } from "./reader.ts";

/** Makes the seeds of readers. */
export async function makeSeeds(folder: string, readers: readonly FuzzReader[]): Promise<void> {
  for (const reader of readers) {
    const own = `${folder}/${reader.name}`;
    await Deno.mkdir(own);
    const workshop = await Deno.makeTempDir({ prefix: "emrdm-fuzz-seeds-" });
    try {
      const seeds = await reader.seeds?.(workshop) ?? [];
      for (const [i, { name, bytes }] of seeds.entries()) {
        await Deno.writeFile(
          `${own}/${String(i).padStart(4, "0")} ${name.replaceAll("/", "|")}`,
          bytes,
        );
      }
    } finally {
      await Deno.remove(workshop, { recursive: true });
    }
  }
}

const loaded = new Map<string, readonly Seed[]>();

/** Loads the seeds of a reader, once for each process. */
export async function loadSeeds(folder: string, reader: string): Promise<readonly Seed[]> {
  const own = `${folder}/${reader}`;
  const known = loaded.get(own);
  if (known !== undefined) return known;
  const names = (await Array.fromAsync(Deno.readDir(own))).map(({ name }) => name).sort();
  const seeds = await Promise.all(names.map(async (name) => ({
    name: name.slice(5).replaceAll("|", "/"),
    bytes: await Deno.readFile(`${own}/${name}`),
  })));
  loaded.set(own, seeds);
  return seeds;
}
