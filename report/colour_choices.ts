/**
 * Band combinations that the page offers for display.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";
import { colourBands } from "./views.ts";

/** Three bands as red, green and blue. */
export interface ColourChoice {
  readonly label: string;
  readonly bands: readonly number[];
}

const COMPOSITES: readonly (readonly [label: string, ...bands: string[]])[] = [
  ["Near infrared", "B08", "B04", "B03"],
  ["Short-wave infrared", "B12", "B8A", "B04"],
];

/** True colour, the false-colour composites that the bands allow, and each band in greyscale. */
export function colourChoices(bands: readonly string[]): readonly ColourChoice[] {
  const names = bands.map(normalizeBand);
  const first = colourBands(names);
  const known = ["B04", "B03", "B02"].every((name) => names.includes(name));
  const shown = (indices: readonly number[]) => indices.map((i) => names[i]).join(", ");
  return [
    { label: `${known ? "True colour" : "First bands"} (${shown(first)})`, bands: first },
    ...COMPOSITES.map(([label, ...wanted]) => ({
      label,
      bands: wanted.map((name) => names.indexOf(name)),
    }))
      .filter(({ bands }) => bands.every((index) => index >= 0))
      .map(({ label, bands }) => ({ label: `${label} (${shown(bands)})`, bands })),
    ...(names.length > 1
      ? names.map((name, i) => ({ label: `${name}, greyscale`, bands: [i, i, i] }))
      : []),
  ];
}
