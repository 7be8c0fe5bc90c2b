/**
 * Data for the page's script: numbers as JSON, pixels as bytes.
 *
 * @module
 */

import { type ColourChoice, colourChoices } from "./colour_choices.ts";
import { packMaps, packMasks, UNIT_CODING } from "./page_maps.ts";
import { ORIGINS, PALETTES } from "./palettes.ts";
import { type Coding, codingOf, Payload } from "./payload.ts";
import type { ReportData, ReportInside, ReportView } from "./report_data.ts";
import { finiteQuantile, sampled } from "./scale.ts";

/**
 * Contrast stretch of the trajectory, per band. Clouds and noise exceed the range of the other images,
 * so this stretch is wider, and a square root keeps the ground visible.
 */
function stateStretch({ states, bands }: ReportInside): readonly (readonly [number, number])[] {
  return bands.map((_, band) => {
    const values = states.flatMap(({ dates }) =>
      dates.flatMap((data) => {
        const own = Float32Array.from(
          { length: data.length / bands.length },
          (_, i) => data[i * bands.length + band]!,
        );
        return [...sampled(own, 2000)];
      })
    );
    const [low, high] = [finiteQuantile(values, 0.02), finiteQuantile(values, 0.98)];
    // A square root is steep at black, so black lies below the values shown.
    return high > low ? [low - (high - low) / 16, high] : [low, low + 1];
  });
}

/** A view at half resolution: every second pixel of every second row. */
function halved(view: ReportView): ReportView {
  const [width, height] = [Math.ceil(view.width / 2), Math.ceil(view.height / 2)];
  const depth = view.bands.length;
  const images = view.images.map((image) => {
    const data = new Float32Array(width * height * depth);
    for (let i = 0; i < data.length; i++) {
      const pixel = Math.floor(i / depth);
      const from = 2 * Math.floor(pixel / width) * view.width + 2 * (pixel % width);
      data[i] = image.data[from * depth + i % depth]!;
    }
    return { ...image, data };
  });
  return { ...view, step: view.step * 2, width, height, images };
}

/** Data of the page: JSON, base64 of the pixels, and the index of each map. */
export interface PageData {
  readonly json: string;
  readonly pixels: string;
  readonly mapAt: (name: string) => number;
  readonly colours: readonly ColourChoice[];
}

function packView(view: ReportView, payload: Payload, power: Coding["power"]) {
  const { label, window: { column, row }, step, width, height, bands } = view;
  const coding = codingOf(view.images, power);
  const images = view.images.map(({ id, label, data }) => ({
    id,
    label,
    at: payload.addImage(data, { width, depth: bands.length }, coding),
  }));
  return { label, column, row, step, width, height, bands, coding, images };
}

/**
 * States of the trajectory, each with its own coding, since their noise reaches far beyond the values of
 * the images.
 */
function packStates(inside: ReportInside | null, payload: Payload) {
  if (inside === null) return [];
  const size = { width: inside.size, height: inside.size };
  return inside.states.flatMap(({ dates, denoised }) =>
    [...dates, denoised].map((image) => {
      if (image === null) return [0, { ...size, coding: UNIT_CODING }] as const;
      const coding = codingOf([{ id: "", label: "", data: image }], 1);
      const at = payload.addImage(image, { ...size, depth: inside.bands.length }, coding);
      return [at, { ...size, coding }] as const;
    })
  );
}

/** JSON with 7 significant digits, safe inside a script element. */
function scriptJson(value: unknown): string {
  const rounded = (_: string, one: unknown) =>
    typeof one === "number" && !Number.isInteger(one) ? Number(one.toPrecision(7)) : one;
  return JSON.stringify(value, rounded).replaceAll("<", "\\u003c");
}

/**
 * Packs the numbers of a report.
 *
 * @param shrunk Number of times that the view of the whole area is halved.
 */
export function pageData(data: ReportData, shrunk = 0): PageData {
  const { bands, unit, reference, inside } = data;
  const payload = new Payload();
  const power = unit.reflectanceScale === null ? 1 : 2;
  const [detail, ...others] = data.views;
  let views = [detail!, ...others];
  for (let i = 0; i < shrunk; i++) views = [detail!, ...views.slice(1).map(halved)];
  const packed = views.map((view) => packView(view, payload, power));
  const maps = packMaps(data, payload);
  const masks = packMasks(inside, payload);
  const states = packStates(inside, payload);
  const colours = colourChoices(bands.map(({ name }) => name));
  const evaluations = inside?.masks?.evaluations ?? [];
  const json = scriptJson({
    views: packed,
    firstView: views.length - 1,
    bands,
    reference: `date${reference}`,
    divisor: unit.reflectanceScale ?? 1,
    unit: unit.reflectanceScale === null ? unit.name : "reflectance",
    digits: unit.reflectanceScale === null ? 1 : 3,
    colours,
    stretch: data.stretch,
    stateStretch: { stretch: inside === null ? [] : stateStretch(inside), power: 0.5 },
    palettes: PALETTES,
    origins: ORIGINS,
    maps: [...maps.values(), ...masks.flat()],
    masks: masks.map((all, i) => maps.size + i * all.length),
    maskLabels: evaluations.map(({ sigma }, i, all) =>
      `${i + 1} of ${all.length}, σ ${Number(sigma.toPrecision(2))}`
    ),
    states,
  });
  const names = [...maps.keys()];
  return { json, pixels: payload.text(), mapAt: (name) => names.indexOf(name), colours };
}
