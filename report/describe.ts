/**
 * Descriptions of the input files, and notes on what a report covers.
 *
 * @module
 */

import type { OpenSeries } from "../restoration/mod.ts";
import { coverOf, emptyShare } from "./clouds.ts";
import { fileDigest } from "./file_digest.ts";
import type { Gathered } from "./gathered.ts";
import type { ReportFrame } from "./report_data.ts";

/** Last part of a path. */
export const nameOf = (path: string) => path.replace(/[\\/]+$/, "").replace(/^.*[\\/](?=.)/, "");

/** Description of one file. */
export async function frameOf(
  path: string,
  { data, clouds, depth, date, radiometry }: {
    readonly data: Float32Array;
    readonly clouds: Uint8Array | undefined;
    readonly depth: number;
    readonly date: string | undefined;
    readonly radiometry: string | undefined;
  },
): Promise<ReportFrame> {
  return {
    name: nameOf(path),
    date: date ?? null,
    cloudCover: coverOf(clouds),
    empty: emptyShare(data, depth),
    sha256: await fileDigest(path),
    radiometry: radiometry ?? null,
  };
}

/** Descriptions of all input dates, in order. */
export async function framesOf(
  { scene, paths, dates, radiometry }: OpenSeries,
  { small }: Gathered,
): Promise<readonly ReportFrame[]> {
  const frames: ReportFrame[] = [];
  for (const [l, path] of paths.entries()) {
    frames.push(
      await frameOf(path, {
        data: small.dates[l]!,
        clouds: small.clouds[l],
        depth: scene.frames[l]!.bands.length,
        date: dates[l],
        radiometry: radiometry[l]?.evidence,
      }),
    );
  }
  return frames;
}

/** Notes for the reader: the extent of the views, then the lines of the log. */
export function notesOf(gathered: Gathered, lines: readonly string[]): readonly string[] {
  const { layout, detail, area, kept } = gathered;
  const show = ({ column, row, width, height }: typeof area) =>
    `${width} × ${height} pixels from column ${column}, row ${row}`;
  const reduced = layout.step > 1
    ? `, with ${layout.step} × ${layout.step} pixels averaged into one`
    : "";
  return [
    ...(layout.single ? [] : [
      `The report shows the whole area (${
        show(area)
      }${reduced}) and the part with the most cloud ` +
      `at full resolution (${
        show(detail)
      }). Maps, spectra and all later sections cover that part ` +
      "only.",
    ]),
    ...(kept === area
      ? []
      : ["The area is too large to score as a whole; scores cover that part only."]),
    ...lines.map((line) => line.replace(/^warning: /, "Warning: ")),
  ];
}
