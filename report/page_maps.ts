/**
 * Maps of the page (errors, ensemble spread, provenance, attention) packed into its payload.
 *
 * @module
 */

import type { Coding, Payload } from "./payload.ts";
import type { ReportData, ReportInside } from "./report_data.ts";

/** One map: offset of its plane, and its colour scale. */
export interface PageMap {
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly palette: "heat" | "origins" | "weight";
  /** Upper end of the colour scale. */
  readonly high: number;
  readonly coding: Coding;
}

/** Codes that span [0, 1]. */
export const UNIT_CODING: Coding = { low: 0, high: 1, power: 1 };

/** Maps of the detail view by name: `error0` …, `uncertainty`, `provenance`. */
export function packMaps(data: ReportData, payload: Payload): ReadonlyMap<string, PageMap> {
  const { truth, uncertainty, provenance, views: [detail] } = data;
  const { width, height } = detail!;
  const maps = new Map<string, PageMap>();
  const addHeat = (name: string, values: Float32Array, high: number) => {
    const coding = { low: 0, high, power: 1 } as const;
    const at = payload.addValues(values, width, coding);
    maps.set(name, { at, width, height, palette: "heat", high, coding });
  };
  for (const [i, { data }] of truth?.errors.maps.entries() ?? []) {
    addHeat(`error${i}`, data, truth!.errors.high);
  }
  if (uncertainty !== null) addHeat("uncertainty", uncertainty.deviation, uncertainty.high);
  if (provenance !== null) {
    // Codes 85, 170 and 255 are a third, two thirds and all of the scale; 0 is no data.
    const at = payload.add(provenance.data.map((origin) => 85 * origin), width);
    const coding = UNIT_CODING;
    maps.set("provenance", { at, width, height, palette: "origins", high: 1, coding });
  }
  return maps;
}

/** Attention maps of each network evaluation: head by head, and for each head date by date. */
export function packMasks(
  inside: ReportInside | null,
  payload: Payload,
): readonly (readonly PageMap[])[] {
  const { masks } = inside ?? {};
  if (!masks) return [];
  const { width, height, heads, length } = masks;
  const pixels = width * height;
  return masks.evaluations.map(({ data }) =>
    Array.from({ length: heads * length }, (_, i) => {
      const plane = data.subarray(i * pixels, (i + 1) * pixels);
      const at = payload.addValues(plane, width, UNIT_CODING);
      return { at, width, height, palette: "weight", high: 1, coding: UNIT_CODING };
    })
  );
}
