/**
 * Errors against a clear image: error maps, scores, bias per band.
 *
 * @module
 */

import { digits, fixed } from "./format.ts";
import { type Html, markup } from "./html.ts";
import {
  canvas,
  colourBar,
  disclosure,
  gallery,
  hint,
  paragraph,
  section,
  table,
  unbroken,
} from "./parts.ts";
import { biasChart } from "./report_charts.ts";
import type { ReportData, ReportTruth } from "./report_data.ts";
import { scoreTable } from "./score_table.ts";

/** Unit of errors, and the index of each map. */
export interface SectionOptions {
  readonly unit: string;
  readonly mapAt: (id: string) => number;
}

function biasCard(truth: ReportTruth, names: readonly string[]): Html {
  const [ours, other] = truth.bands;
  if (ours === undefined) return markup``;
  const rings = other === undefined ? "" : `; rings: ${other.method}`;
  return markup`<figure class="card"><h3>Bias per band</h3>
${biasChart(truth, names)}
<figcaption><span>Mean of restored − clear; positive values are too bright. Bars: ${ours.method}${rings}.</span></figcaption>
${
    disclosure(
      "Errors per band",
      table({
        head: ["Band", "Bias", "MAE", "RMSE"],
        rows: ours.scores.map((score, band) => ({
          name: names[band]!,
          cells: [fixed(score?.bias, 4), fixed(score?.mae, 4), fixed(score?.rmse, 4)],
        })),
      }),
    )
  }</figure>
`;
}

function errorGallery(
  { errors: { high, maps } }: ReportTruth,
  { view: { width, height }, unit, mapAt }: SectionOptions & {
    readonly view: { readonly width: number; readonly height: number };
  },
): Html {
  const items = maps.map(({ method, mean }, i) => ({
    picture: canvas({ map: mapAt(`error${i}`) }, {
      width,
      height,
      label: `Error map of ${method}: mean ${digits(mean)}`,
    }),
    caption: markup`<b>${method}</b><span>mean ${digits(mean)}</span>`,
    ours: i === 0,
  }));
  return markup`<h3>Error per pixel</h3>
${colourBar("heat", { high: `≥ ${digits(high)}`, unit })}${gallery(items)}${
    hint(
      "Absolute difference, averaged over the bands. All maps share one colour scale, which covers 99 % " +
        "of the model’s pixels.",
    )
  }`;
}

const TITLE = ["errors", "Error against a clear image"] as const;

function unknown({ selfCheck }: ReportData): Html {
  return section(
    ...TITLE,
    paragraph(
      markup`No clear image was given (<code>--truth</code>), so the error of the result <strong>is not known</strong>. `,
      selfCheck === null
        ? markup`A self-check (<code>--self-check</code>) estimates it on clear ground of this scene.`
        : "The self-check below gives an estimate.",
    ),
  );
}

/** Errors against the clear image; without one, a note that the error is unknown. */
export function errorsSection(data: ReportData, options: SectionOptions): Html {
  const { truth, bands, views, frames, reference } = data;
  if (truth === null) return unknown(data);
  const { scores, scored, frame } = truth;
  const sameDay = frame.date !== null && frame.date === frames[reference]!.date;
  return section(
    ...TITLE,
    paragraph(
      markup`Compared with the clear image of <strong>${
        frame.date === null ? frame.name : unbroken(frame.date)
      }</strong>, `,
      sameDay
        ? "taken on the same day. "
        : "taken on another day: differences in light, haze and vegetation count as errors of every " +
          "method. ",
      `Errors are in ${options.unit}. Scores cover ${scored}.`,
    ),
    errorGallery(truth, { ...options, view: views[0]! }),
    markup`<div class="columns stack-top">
${scores.map((one) => markup`<div class="card">${scoreTable(one)}</div>\n`)}
${biasCard(truth, bands.map(({ name }) => name))}
</div>
`,
    hint(
      `The best value of each column is underlined. MAE and RMSE are in ${options.unit}; PSNR and SSIM ` +
        "use a data range of 1; SAM is the angle between spectra. Weave (what repeats every 2, 4 or 8 pixels) and contrast are " +
        "relative to the clear image: 1 is ideal; the largest bias is that of the worst band; seam is " +
        "the visibility of the mask’s edge: 0 is ideal. docs/metrics.md defines them " +
        "(standard profile).",
    ),
  );
}
