/**
 * Layout of a study's charts: panels in two columns under a heading.
 *
 * @module
 */

import { element, svgDocument, textElement } from "../evaluation/mod.ts";

/** One panel of a chart. */
export interface Panel {
  /** As "PSNR (dB)". */
  readonly title: string;
  readonly better: "higher" | "lower";
}

/** Size of a panel, and the margins of its plot area, in pixels. */
export const PANEL = { width: 360, height: 250, left: 56, right: 16, top: 56, bottom: 44 } as const;

const COLUMNS = 2;
const HEAD = 32;

/** Width of a chart with `count` panels. */
export function chartWidth(count: number): number {
  return Math.min(COLUMNS, count) * PANEL.width;
}

/** Arranges panels in two columns under a heading, with a legend at the right. */
export function layOut(
  { title, description }: { readonly title: string; readonly description: string },
  panels: readonly string[],
  legend: string,
): string {
  const width = chartWidth(panels.length);
  const columns = width / PANEL.width;
  const placed = panels.map((panel, i) => {
    const [x, y] = [i % columns * PANEL.width, HEAD + Math.floor(i / columns) * PANEL.height];
    return element("g", { transform: `translate(${x} ${y})` }, panel);
  });
  const height = HEAD + Math.ceil(panels.length / columns) * PANEL.height;
  const heading = textElement(title, { x: 12, y: 22, class: "head" });
  const key = textElement(legend, { x: width - 12, y: 22, class: "soft", "text-anchor": "end" });
  return svgDocument({ width, height, title, description }, heading, key, ...placed);
}

/** Title of a panel, with the direction of improvement. */
export function panelTitle({ title, better }: Panel): string {
  return textElement(title, { x: PANEL.left, y: 22, class: "name" }) +
    textElement(`${better} is better`, { x: PANEL.left, y: 38, class: "soft" });
}

/** The values that are defined. */
export function known(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined);
}
