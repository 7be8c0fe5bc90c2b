/**
 * `emrdm report`: everything about one restoration in one HTML file.
 *
 * @module
 */

import { writeFileAtomically } from "../files/mod.ts";
import { tf } from "../engine/mod.ts";
import { createReport, renderReport, type ReportData } from "../report/mod.ts";
import { checkOutputs, checkWritable } from "../restoration/mod.ts";
import { command, type Context, type Result } from "./command.ts";
import { commandText } from "./command_text.ts";
import { DEFAULT_MODEL } from "./default_model.ts";
import { type FlagValues, text, UsageError } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { openModel } from "./model.ts";
import { inputsOf, optionsOf, RESTORE_FLAGS } from "./restore_flags.ts";

const {
  out: _out,
  manifest: _manifest,
  shard: _shard,
  dryRun: _dryRun,
  png: _png,
  bands: _bands,
  ...SHARED
} = RESTORE_FLAGS;

const REPORT_FLAGS = {
  ...SHARED,
  truth: text("Clear image of the same ground, to compare with", "PATH"),
  title: text("Title of the page (default the date)"),
  out: text("HTML file to write", "FILE"),
} as const;

type ReportValues = FlagValues<typeof REPORT_FLAGS>;

/** The flags that only `restore` has, as if they were not given. */
const NOT_GIVEN = {
  manifest: undefined,
  shard: undefined,
  dryRun: false,
  png: undefined,
  bands: undefined,
} as const;

/** What a report says in numbers. */
function summaryOf(data: ReportData, output: string, bytes: number) {
  const { truth, provenance, uncertainty, selfCheck, seams, frames, reference, notes } = data;
  return {
    output,
    bytes,
    model: data.model,
    frames: frames.map(({ name, date, cloudCover }) => ({ name, date, cloudCover })),
    reference,
    ...(truth && {
      truth: truth.frame.name,
      scores: truth.scores.map(({ label, pixels, rows }) => ({
        label,
        pixels,
        scores: Object.fromEntries(rows.map(({ method, score }) => [method, score])),
      })),
    }),
    ...(provenance && { pixels: provenance.counts }),
    ...(uncertainty && {
      samples: uncertainty.samples,
      deviation: uncertainty.mean,
      reliability: uncertainty.reliability?.factor ?? null,
    }),
    ...(selfCheck && { selfCheck: selfCheck.rows }),
    seams,
    notes,
  };
}

function textOf(data: ReportData, output: string, bytes: number): string {
  const best = data.truth?.scores[0]?.rows[0]?.score;
  return [
    `${output}: ${(bytes / 1e6).toFixed(1)} MB, ${data.title}`,
    ...(best ? [`PSNR ${best.psnr.toFixed(2)} dB, SSIM ${best.ssim.toFixed(3)}`] : []),
  ].join("\n");
}

async function run(values: ReportValues, context: Context): Promise<Result> {
  const { operands, log } = context;
  const { out, truth } = values;
  const inputs = inputsOf({ ...values, ...NOT_GIVEN }, operands);
  if (inputs.length === 0) throw new UsageError("give at least one scene");
  if (out === undefined) throw new UsageError("give the file to write with --out");
  const { write: _, ...options } = optionsOf({ ...values, ...NOT_GIVEN }, context);
  const read = [...inputs.map(({ path }) => path), ...(truth === undefined ? [] : [truth])];
  await checkOutputs([out], { inputs: read, overwrite: values.overwrite });
  await checkWritable(out);
  const engine = await context.engine();
  const model = await openModel(values.model ?? DEFAULT_MODEL, context);
  const bar = context.progress("report");
  let stopped = false;
  try {
    return await interruptible({
      log,
      heard: "stopping; Ctrl-C again ends at once",
      reason: "stopped; nothing was written",
    }, async (signal) => {
      signal.addEventListener("abort", () => stopped = true);
      const data = await createReport(model, {
        ...options,
        inputs,
        ...(truth !== undefined && { truth: { path: truth } }),
        ...(values.title !== undefined && { title: values.title }),
        command: commandText("report", { values, operands, flags: REPORT_FLAGS }),
        engine: `${engine.name} (${engine.device})`,
        signal,
        log,
        onStage: (stage, done, total) => bar.update(done, total, stage),
      });
      const bytes = new TextEncoder().encode(renderReport(data));
      await writeFileAtomically(out, [bytes], { overwrite: values.overwrite });
      return {
        text: textOf(data, out, bytes.length),
        json: summaryOf(data, out, bytes.length),
      };
    });
  } finally {
    bar.end();
    // Stopped, it ends anyway, and another thread may still be at a batch.
    if (!stopped) tf.dispose({ ...model.weights.params, ...model.weights.buffers });
  }
}

/** `emrdm report`. */
export const report = command({
  summary: "restore a scene and show everything about it in one HTML file",
  operands: "<date ...>",
  details:
    "The file needs nothing else: it opens from disk, without a network, on a phone too. It shows before\n" +
    "and after, all dates, spectra, where pixels come from (--keep-clear, --mask), how far samples\n" +
    "scatter (--samples), what error to expect (--self-check), errors beside a clear image and simple\n" +
    "baselines (--truth), attention and the way from noise to image, and what was run with what.\n" +
    "Of a large scene it shows all of it small, and the part with most cloud at full resolution.\n" +
    "It is never larger than 15 MB.",
  flags: REPORT_FLAGS,
  examples: [
    "report 2018-03-07.tif 2018-07-05.tif 2018-09-18.tif --reference 2018-07-05 --keep-clear --out report.html",
    "report a.tif b.tif c.tif --truth clear.tif --samples 8 --self-check --out report.html",
    "report S2A_MSIL1C_….SAFE --keep-clear --window 2000,2000,1024,1024 --out report.html",
  ],
  run,
});
