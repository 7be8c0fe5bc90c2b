/**
 * Provenance, ensemble spread, self-check and tile seams.
 *
 * @module
 */

import { digits, fixed, percent } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { canvas, card, colourBar, disclosure, facts, paragraph, section, table } from "./parts.ts";
import { scatterChart } from "./report_charts.ts";
import type { ReportData, ReportUncertainty } from "./report_data.ts";
import { scoreTable } from "./score_table.ts";
import type { SectionOptions } from "./sections_errors.ts";

function provenanceCard(
  { provenance, views: [detail] }: ReportData,
  { mapAt }: SectionOptions,
): Html {
  const title = "Provenance";
  if (provenance === null) {
    return card(
      title,
      paragraph(
        markup`No mask was used, so the model produced every pixel. With <code>--keep-clear</code> or <code>--mask</code>, clear pixels are kept bit for bit and this map shows them.`,
      ),
    );
  }
  const { noData, observed, otherDate, reconstructed } = provenance.counts;
  const all = noData + observed + otherDate + reconstructed;
  const row = (name: string, count: number, text: string) =>
    markup`<li><span class="swatch ${name}"></span>${percent(count / all)} ${text}</li>\n`;
  return card(
    title,
    canvas({ map: mapAt("provenance") }, { ...detail!, label: "Provenance of each pixel" }),
    markup`<ul class="key">
${row("o1", observed, "observed: original values of the reference date, bit for bit")}
${row("o2", otherDate, "restored: clear on another date")}
${row("o3", reconstructed, "reconstructed: not clear on any date")}
${noData > 0 && row("o0", noData, "no data")}
</ul>
`,
  );
}

/** Ratios of error to standard deviation that count as calibrated. */
const CALIBRATED = [0.8, 1.25] as const;

/** Calibration of the ensemble spread, in words. */
export function calibrationText({ reliability, calibration }: ReportUncertainty): string {
  const factor = calibration === null
    ? "This is the raw ensemble spread; the model card has no calibration for this sampling."
    : `The ensemble spread is scaled by ${digits(calibration)}, the calibration of the model card.`;
  if (reliability === null) {
    return `${factor} Without a clear image, its calibration on this scene is unknown.`;
  }
  const ratio = reliability.factor;
  const times = `errors are ${digits(ratio)} times the predicted standard deviation`;
  return ratio > CALIBRATED[0] && ratio < CALIBRATED[1]
    ? `${factor} On this scene it is calibrated overall: ${times}.`
    : `${factor} On this scene it is not calibrated: ${times}.`;
}

function uncertaintyCards(data: ReportData, { unit, mapAt }: SectionOptions): Html {
  const { uncertainty, views: [detail], truth } = data;
  const title = "Ensemble spread";
  if (uncertainty === null) {
    return card(
      title,
      paragraph(
        markup`Not computed. With <code>--samples 8</code>, the scene is restored eight times with different noise, and this map shows the standard deviation.`,
      ),
    );
  }
  const { samples, mean, high, reliability } = uncertainty;
  const compared = truth === null
    ? ""
    : ` (the error maps above end at ${digits(truth.errors.high)})`;
  const label = `Standard deviation per pixel: mean ${digits(mean)}`;
  const map = card(
    title,
    colourBar("heat", { high: `≥ ${digits(high)}`, unit }),
    canvas({ map: mapAt("uncertainty") }, { ...detail!, label }),
    markup`<p class="hint">Standard deviation of ${samples} ensemble members, averaged over the bands: ${
      digits(mean)
    } on average${compared}. ${calibrationText(uncertainty)}</p>\n`,
  );
  if (reliability === null) return map;
  const bins = reliability.bins;
  const rows = bins.map(({ predicted, observed, count }, i) => ({
    name: String(i + 1),
    cells: [fixed(predicted, 4), fixed(observed, 4), count.toLocaleString("en")],
  }));
  return markup`${map}${
    card(
      "Predicted and observed error",
      scatterChart(reliability),
      markup`<p class="hint">Values in ${bins.length} groups of equal size by predicted standard deviation; root mean squares in ${unit}. Points above the dashed line have larger errors than predicted.</p>\n`,
      disclosure(
        "Values by group",
        table({ head: ["Group", "Predicted", "Observed", "Count"], rows }),
      ),
    )
  }`;
}

function selfCheckCard({ selfCheck, selfCheckRefusal }: ReportData): Html {
  if (selfCheckRefusal !== null) return card("Self-check", paragraph(selfCheckRefusal));
  if (selfCheck === null) {
    return card(
      "Self-check",
      paragraph(
        markup`Not run. With <code>--self-check</code>, clear ground of this scene is covered with synthetic clouds and restored, which estimates the error without a clear image.`,
      ),
    );
  }
  const { how, pixels, rows } = selfCheck;
  return card("Self-check", paragraph(how), scoreTable({ label: "Covered pixels", pixels, rows }));
}

function seamCard({ seams: { columns, rows, disagreement }, unit }: ReportData): Html {
  const sides = [["Vertical borders", columns], ["Horizontal borders", rows]] as const;
  const measured = sides.flatMap(([name, direction]) =>
    direction === undefined ? [] : [
      [
        name,
        markup`${fixed(direction.ratio, 3)} <span class="hint">(${
          direction.count.toLocaleString("en")
        } pixel pairs)</span>`,
      ] as const,
    ]
  );
  return card(
    "Tile seams",
    paragraph(
      measured.length === 0
        ? "The area has no tile borders to measure."
        : "Gradient jump at tile borders relative to the rest of the image. At a ratio of 1, the borders " +
          "are invisible.",
    ),
    facts([
      ...measured,
      [
        "RMS difference of overlapping tiles",
        `${digits(disagreement)} ${unit.name === "1" ? "" : unit.name}`.trimEnd(),
      ],
    ]),
  );
}

/** Uncertainty of the result, and checks of it. */
export function trustSection(data: ReportData, options: SectionOptions): Html {
  return section(
    "trust",
    "Uncertainty and checks",
    paragraph(
      "Which pixels are observed, how much repeated restorations differ, and checks that need no clear " +
        "image.",
    ),
    markup`<div class="masonry">
${provenanceCard(data, options)}${uncertaintyCards(data, options)}${selfCheckCard(data)}${
      seamCard(data)
    }
</div>`,
  );
}
