/** Small reports for the tests: a tiny model, made-up scenes, and files with odd names. */

import type { Raster } from "../../core/mod.ts";
import { writeCog } from "../../rasters/mod.ts";
import { createReport, type CreateReportOptions, type ReportData } from "../../report/mod.ts";
import type { Model } from "../../model/mod.ts";
import { cloudyDates, inFolder } from "../restoration/tiny.ts";

/** Text that must never become an element. */
export const EVIL = `<script>alert("1")</script>`;

/** What a case is made of. */
export interface CaseOptions {
  readonly size?: { readonly width: number; readonly height: number };
  readonly dates?: number;
  /** Whether a clear image is given. */
  readonly truth?: boolean;
  /** Changes the dates before they are written. */
  readonly change?: (raster: Raster) => Raster;
  readonly options?: Partial<CreateReportOptions>;
}

/** The dates' values, and the report of them. */
export interface Case {
  readonly frames: readonly Raster[];
  readonly truth: Raster;
  readonly data: ReportData;
}

/** Writes made-up dates with a name that needs escaping, and reports on them. */
export async function reportOn(
  model: Model,
  {
    size = { width: 40, height: 32 },
    dates = 3,
    truth = false,
    change = (raster) => raster,
    options,
  }: CaseOptions = {},
): Promise<Case> {
  let made: Case | undefined;
  await inFolder(async (folder) => {
    const frames = cloudyDates(size, dates).map(change);
    // The clear image of a test need not be clear: it is another image of the same ground.
    const clear = change(cloudyDates(size, dates + 1).at(-1)!);
    // A slash is the one character of the text that no name has.
    const inputs = frames.map((_, l) => ({
      path: `${folder}/${EVIL.replace("/", "|")}_2018-0${l + 1}-07.tif`,
    }));
    for (const [l, frame] of frames.entries()) await writeCog(inputs[l]!.path, frame);
    const path = `${folder}/clear_2018-09-01.tif`;
    await writeCog(path, clear);
    made = {
      frames,
      truth: clear,
      data: await createReport(model, {
        inputs,
        reference: Math.min(1, dates - 1),
        ...(truth && { truth: { path } }),
        ...options,
      }),
    };
  });
  return made!;
}
