/**
 * Views of a report: the detail, and the whole area if it is larger.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";
import { frameLabels } from "./frame_labels.ts";
import { detailOf, type Gathered } from "./gathered.ts";
import { pickBands } from "./pixels.ts";
import type { ReportFrame, ReportImage, ReportView } from "./report_data.ts";

/** Bands of the downsampled view of a large area: true colour and near infrared. */
const SHOWN: readonly string[] = ["B02", "B03", "B04", "B08"];
/** Most values of the whole view, one byte each. */
const WHOLE_VALUES = 9e6;

/** Red, green and blue bands; the first three if they are not named. */
export function colourBands(bands: readonly string[]): readonly [number, number, number] {
  const names = bands.map(normalizeBand);
  const [red, green, blue] = ["B04", "B03", "B02"].map((name) => names.indexOf(name));
  if (red! >= 0 && green! >= 0 && blue! >= 0) return [red!, green!, blue!];
  const last = bands.length - 1;
  return [0, Math.min(1, last), Math.min(2, last)];
}

/** Creates the views, the detail first. */
export function viewsOf(
  gathered: Gathered,
  { frames, reference, bands }: {
    readonly frames: readonly ReportFrame[];
    readonly reference: number;
    readonly bands: readonly string[];
  },
): readonly ReportView[] {
  const { layout, area, detail, small } = gathered;
  const depth = bands.length;
  const labels = frameLabels(frames);
  const dateLabel = (l: number) => `${labels[l]}${l === reference ? " (reference)" : ""}`;
  const named = (
    dates: readonly Float32Array[],
    restored: Float32Array,
    truth: Float32Array | undefined,
  ): readonly ReportImage[] => [
    ...dates.map((data, l) => ({ id: `date${l}`, label: dateLabel(l), data })),
    { id: "restored", label: "Restored", data: restored },
    ...(truth === undefined ? [] : [{ id: "truth", label: "Clear image", data: truth }]),
  ];
  const of = (data: Float32Array) => detailOf(gathered, data, depth);
  const close: ReportView = {
    label: layout.single ? "Whole area" : "Detail at full resolution",
    window: detail,
    step: 1,
    width: detail.width,
    height: detail.height,
    bands: bands.map((_, i) => i),
    images: named(
      gathered.dates.map(of),
      of(gathered.restored),
      gathered.truth && of(gathered.truth),
    ),
  };
  if (layout.single) return [close];
  const names = bands.map(normalizeBand);
  const known = SHOWN.map((name) => names.indexOf(name)).filter((index) => index >= 0);
  const shown = known.length >= 3 ? known : [...new Set(colourBands(bands))];
  // If not all dates fit, only the reference is kept.
  const each = small.width * small.height * shown.length;
  const fits = each * (frames.length + 2) <= WHOLE_VALUES;
  const images = named(small.dates, small.restored, small.truth)
    .filter(({ id }) => fits || !id.startsWith("date") || id === `date${reference}`)
    .map((image) => ({ ...image, data: pickBands(image.data, { depth, bands: shown }) }));
  return [close, {
    label: layout.step === 1
      ? "Whole area"
      : `Whole area, 1 pixel = ${layout.step} × ${layout.step}`,
    window: area,
    step: layout.step,
    width: small.width,
    height: small.height,
    bands: shown,
    images,
  }];
}
