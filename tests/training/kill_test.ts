/** Runs in processes of their own that are killed at random moments, and resumed. */

import { assert, assertEquals } from "@std/assert";
import { readSafetensors } from "../../checkpoints/mod.ts";
import { createRng } from "../../core/mod.ts";
import { type Experiment, readLog, runFolder } from "../../training/mod.ts";
import { decodeEvents } from "./events.ts";
import { tinyExperiment, writeTinySamples } from "./tiny.ts";
import { slowTest } from "../slow.ts";

const STEPS = 200;
const KILLS = 5;
/** A save takes as long as a few steps: some kills meet a file that is being written. */
const CHECKPOINT_EVERY = 8;
const SCRIPT = new URL("run_tiny.ts", import.meta.url).pathname;

function experimentOn(root: string): Experiment {
  return tinyExperiment({
    data: {
      train: { type: "folder", root },
      validation: { type: "folder", root, augment: false },
    },
    ...{ steps: STEPS, batchSize: 1, minLength: 2, logEvery: 20, ema: { decays: [0.99, 0.999] } },
    ...{ checkpointEvery: CHECKPOINT_EVERY, keepEvery: 80, keepBest: "mae" },
    ...{ validateEvery: 100, validationSamples: 1 },
  });
}

/** Trains until a step is done and some time has passed, then kills; without a step, to the end. */
async function run(
  out: string,
  { workers, experiment, stop }: {
    readonly workers: number;
    readonly experiment: Experiment;
    readonly stop?: { readonly step: number; readonly delay: number };
  },
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", SCRIPT, out, `${workers}`, JSON.stringify(experiment)],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let text = "";
  let killed = false;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    const step = Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
    if (stop !== undefined && !killed && step >= stop.step) {
      killed = true;
      await new Promise((resolve) => setTimeout(resolve, stop.delay));
      child.kill("SIGKILL");
    }
  }
  const { success, signal } = await child.status;
  assert(stop === undefined ? success : signal === "SIGKILL", await errors);
}

/** Everything that a run leaves but for times of day and durations. */
async function remains(out: string): Promise<Readonly<Record<string, unknown>>> {
  const { last, best, kept, model, log, events } = runFolder(out);
  const files = [last, best, kept(80), kept(160), model];
  const names = [...Deno.readDirSync(`${out}/checkpoints`)].map(({ name }) => name).sort();
  return {
    names,
    log: (await readLog(log)).map((line) => ({ ...line, seconds: undefined })),
    events: decodeEvents(await Deno.readFile(events)).map(({ time: _, ...rest }) => rest),
    ...Object.fromEntries(
      await Promise.all(files.map(async (path, i) => [`file ${i}`, await Deno.readFile(path)])),
    ),
  };
}

slowTest(
  "a run that is killed five times and resumed is the same run, with any Workers",
  async () => {
    const root = await Deno.makeTempDir();
    try {
      await writeTinySamples(`${root}/data`);
      const experiment = experimentOn(`${root}/data`);
      const straight = async () => {
        await run(`${root}/straight`, { workers: 0, experiment });
        return await remains(`${root}/straight`);
      };
      const interrupted = async () => {
        const out = `${root}/killed`;
        const rng = createRng(2026);
        for (let i = 0; i < KILLS; i++) {
          const step = CHECKPOINT_EVERY +
            Math.floor((STEPS - 2 * CHECKPOINT_EVERY) / KILLS * (i + rng.uniform(i)));
          const delay = 40 * rng.uniform(KILLS + i);
          await run(out, { workers: 1 + i % 2, experiment, stop: { step, delay } });
          const { metadata } = await readSafetensors(runFolder(out).last);
          const found = Number(metadata["emrdm.step"]);
          assert(found >= step - CHECKPOINT_EVERY, `${found} of ${step}`);
        }
        await run(out, { workers: 2, experiment });
        return await remains(out);
      };
      const [wanted, found] = await Promise.all([straight(), interrupted()]);
      assertEquals(wanted["names"], [
        "best.safetensors",
        "last.safetensors",
        "step_00000080.safetensors",
        "step_00000160.safetensors",
      ]);
      for (const key of Object.keys(wanted)) assertEquals(found[key], wanted[key], key);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);
