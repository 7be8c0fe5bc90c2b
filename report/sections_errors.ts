/**
 * How near the result is to a clear image: error maps, scores, bands.
 *
 * @module
 */

import { digits, fixed } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { canvas, colourBar, disclosure, gallery, hint, say, section, table } from "./parts.ts";
import { biasChart } from "./report_charts.ts";
import type { ReportData, ReportTruth } from "./report_data.ts";
import { scoreTable } from "./score_table.ts";

/** What all parts are told: the unit of errors, and where maps are. */
export interface SectionOptions {
  readonly unit: string;
  readonly mapAt: (id: string) => number;
}

function biasCard(truth: ReportTruth, names: readonly string[]): Html {
  const [ours, other] = truth.bands;
  if (ours === undefined) return markup``;
  const rings = other === undefined ? "" : `; rings: ${other.method}`;
  return markup`<figure class="card"><h3>Bias of each band</h3>
${biasChart(truth, names)}
<figcaption><span>Mean of restored − clear: above 0 is too bright. Bars: ${ours.method}${rings}.</span></figcaption>
${
    disclosure(
      "Errors of each band",
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
      label: `Errors of ${method}: mean ${digits(mean)}`,
    }),
    caption: markup`<b>${method}</b><span>mean ${digits(mean)}</span>`,
    ours: i === 0,
  }));
  return markup`<h3>Errors of each pixel</h3>
${colourBar("heat", { high: `≥ ${digits(high)}`, unit })}${gallery(items)}${
    hint(
      "Mean over the bands of the absolute difference; one scale for all, which 99 % of the model’s " +
        "pixels are within.",
    )
  }`;
}

const TITLE = ["errors", "How far off it is"] as const;

function unknown({ selfCheck }: ReportData): Html {
  return section(
    ...TITLE,
    say(
      markup`No clear image was given (<code>--truth</code>), so how far off the result is <strong>is not known</strong>. `,
      selfCheck === null
        ? "A self-check (--self-check) hides clear ground of this scene and tells what error to expect."
        : "The self-check below tells what error to expect.",
    ),
  );
}

/** What the clear image tells; that there is none where there is none. */
export function errorsSection(data: ReportData, options: SectionOptions): Html {
  const { truth, bands, views, frames, reference } = data;
  if (truth === null) return unknown(data);
  const { scores, scored, frame } = truth;
  const sameDay = frame.date !== null && frame.date === frames[reference]!.date;
  return section(
    ...TITLE,
    say(
      markup`Beside the clear image of <strong>${frame.date ?? frame.name}</strong>. `,
      sameDay
        ? "It is of the same day. "
        : "It is of another day: light, haze and plants differ a little, and such differences count " +
          "as errors of every method. ",
      `Errors are in ${options.unit}, scores are of ${scored}.`,
    ),
    errorGallery(truth, { ...options, view: views[0]! }),
    markup`<div class="columns stack-top">
${scores.map((one) => markup`<div class="card">${scoreTable(one)}</div>\n`)}
${biasCard(truth, bands.map(({ name }) => name))}
</div>
`,
    hint(
      `Underlined is the best of a column. MAE and RMSE in ${options.unit}; PSNR and SSIM with a data ` +
        "range of 1; SAM is the angle between spectra. The definitions are those of the standard " +
        "profile in docs/metrics.md.",
    ),
  );
}
