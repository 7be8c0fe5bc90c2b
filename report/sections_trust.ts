/**
 * Where pixels come from, how far samples scatter, what a self-check found, and whether tiles show.
 *
 * @module
 */

import { digits, fixed, percent } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { canvas, card, colourBar, disclosure, facts, say, section, table } from "./parts.ts";
import { scatterChart } from "./report_charts.ts";
import type { ReportData, ReportUncertainty } from "./report_data.ts";
import { scoreTable } from "./score_table.ts";
import type { SectionOptions } from "./sections_errors.ts";

function provenanceCard(
  { provenance, views: [detail] }: ReportData,
  { mapAt }: SectionOptions,
): Html {
  const title = "Where pixels come from";
  if (provenance === null) {
    return card(
      title,
      say(
        markup`No mask was used, so every pixel is the model’s. With <code>--keep-clear</code> or <code>--mask</code>, clear pixels come back bit for bit, and this map says which.`,
      ),
    );
  }
  const { noData, observed, otherDate, reconstructed } = provenance.counts;
  const all = noData + observed + otherDate + reconstructed;
  const row = (name: string, count: number, text: string) =>
    markup`<li><span class="swatch ${name}"></span>${percent(count / all)} ${text}</li>\n`;
  return card(
    title,
    canvas({ map: mapAt("provenance") }, { ...detail!, label: "Where each pixel comes from" }),
    markup`<ul class="key">
${row("o1", observed, "observed: the reference’s own numbers, bit for bit")}
${row("o2", otherDate, "restored, and clear on another date")}
${row("o3", reconstructed, "reconstructed: clear on no date, the model’s guess")}
${noData > 0 && row("o0", noData, "without data")}
</ul>
`,
  );
}

/** Errors over predicted deviations from which on they are said to be calibrated, and up to which. */
const CALIBRATED = [0.8, 1.25] as const;

/** Whether deviations can be taken for errors, in plain words. */
export function calibrationText({ reliability, calibration }: ReportUncertainty): string {
  const factor = calibration === null
    ? "They are the samples’ own: the model’s card has no calibration of this sampling."
    : `They are the samples’ times ${digits(calibration)}, the calibration of the model’s card.`;
  if (reliability === null) {
    return `${factor} Whether they are calibrated here is not known, as nothing tells the errors.`;
  }
  const ratio = reliability.factor;
  const times = `errors are ${digits(ratio)} times as large as the deviations say`;
  return ratio > CALIBRATED[0] && ratio < CALIBRATED[1]
    ? `${factor} Here they are calibrated on the whole: ${times}.`
    : `${factor} Here they are not calibrated: ${times}.`;
}

function uncertaintyCards(data: ReportData, { unit, mapAt }: SectionOptions): Html {
  const { uncertainty, views: [detail], truth } = data;
  const title = "How sure the model is";
  if (uncertainty === null) {
    return card(
      title,
      say(
        markup`Not asked: with <code>--samples 8</code> the scene is restored several times with different noise, and the scatter is shown here.`,
      ),
    );
  }
  const { samples, mean, high, reliability } = uncertainty;
  const beside = truth === null
    ? ""
    : `; the scale of the errors above reaches ${digits(truth.errors.high)}`;
  const label = `Standard deviation of each pixel: mean ${digits(mean)}`;
  const map = card(
    title,
    colourBar("heat", { high: `≥ ${digits(high)}`, unit }),
    canvas({ map: mapAt("uncertainty") }, { ...detail!, label }),
    markup`<p class="hint">Standard deviation of ${samples} samples, mean over the bands: ${
      digits(mean)
    } on average${beside}. ${calibrationText(uncertainty)}</p>\n`,
  );
  if (reliability === null) return map;
  const bins = reliability.bins;
  const rows = bins.map(({ predicted, observed, count }, i) => ({
    name: String(i + 1),
    cells: [fixed(predicted, 4), fixed(observed, 4), count.toLocaleString("en")],
  }));
  return markup`${map}${
    card(
      "Does it know where it is wrong?",
      scatterChart(reliability),
      markup`<p class="hint">Values in ${bins.length} groups of equal size by predicted deviation; root mean squares in ${unit}. On the dashed line predictions hold; above it the model is too sure.</p>\n`,
      disclosure(
        "The numbers",
        table({ head: ["Group", "Predicted", "Observed", "Values"], rows }),
      ),
    )
  }`;
}

function selfCheckCard({ selfCheck, selfCheckRefusal }: ReportData): Html {
  if (selfCheckRefusal !== null) return card("Self-check", say(selfCheckRefusal));
  if (selfCheck === null) {
    return card(
      "Self-check",
      say(
        markup`Not asked: with <code>--self-check</code> clear ground of this scene is hidden under synthetic clouds and restored, which tells what error to expect without a clear image.`,
      ),
    );
  }
  const { how, pixels, rows } = selfCheck;
  return card("Self-check", say(how), scoreTable({ label: "Hidden pixels", pixels, rows }));
}

function seamCard({ seams: { columns, rows, disagreement } }: ReportData): Html {
  const sides = [["Vertical borders", columns], ["Horizontal borders", rows]] as const;
  const measured = sides.flatMap(([name, direction]) =>
    direction === undefined ? [] : [
      [
        name,
        markup`${fixed(direction.ratio, 3)} <span class="hint">(${
          direction.count.toLocaleString("en")
        } jumps)</span>`,
      ] as const,
    ]
  );
  return card(
    "Do tiles show?",
    say(
      measured.length === 0
        ? "There was no border between tiles to measure."
        : "How much the gradient jumps at borders of tiles, over the same elsewhere: 1 is an image in " +
          "which tiles cannot be told.",
    ),
    facts([
      ...measured,
      [
        "Overlapping tiles differ by",
        `${digits(disagreement)} (root mean square, in the model’s units)`,
      ],
    ]),
  );
}

/** How far the result can be trusted. */
export function trustSection(data: ReportData, options: SectionOptions): Html {
  return section(
    "trust",
    "How far to trust it",
    say(
      "What is observed and what is guessed, how far repeated guesses scatter, and what can be checked " +
        "without a clear image.",
    ),
    markup`<div class="masonry">
${provenanceCard(data, options)}${uncertaintyCards(data, options)}${selfCheckCard(data)}${
      seamCard(data)
    }
</div>`,
  );
}
