/**
 * What a report says of files, and of what it shows.
 *
 * @module
 */

import { coverOf, emptyShare } from "./clouds.ts";
import { fileDigest } from "./file_digest.ts";
import type { Gathered } from "./gather.ts";
import type { ReportFrame } from "./report_data.ts";

/** A path's last part. */
export const nameOf = (path: string) => path.replace(/[\\/]+$/, "").replace(/^.*[\\/](?=.)/, "");

/** What is said of one file. */
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

/** What a reader should know: what is shown, and what was logged. */
export function notesOf(gathered: Gathered, lines: readonly string[]): readonly string[] {
  const { layout, detail, area, kept } = gathered;
  const show = ({ column, row, width, height }: typeof area) =>
    `${width} × ${height} pixels from column ${column}, row ${row}`;
  return [
    ...(layout.single ? [] : [
      `Shown are the whole area (${show(area)})${
        layout.step > 1 ? `, each ${layout.step} × ${layout.step} pixels as one` : ""
      }, and at full resolution the part with most cloud (${show(detail)}). Maps, spectra and ` +
      `everything below the first picture are about that part.`,
    ]),
    ...(kept === area
      ? []
      : ["The area is too large to be scored whole: scores are of that part."]),
    ...lines.map((line) => line.replace(/^warning: /, "Warning: ")),
  ];
}
