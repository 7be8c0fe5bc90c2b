/**
 * What the script of the page is given: numbers as JSON, pixels as bytes.
 *
 * @module
 */

import { normalizeBand } from "../core/mod.ts";
import { type Coding, codingOf, Payload } from "./payload.ts";
import { ORIGINS, PALETTES } from "./palettes.ts";
import type { ReportData, ReportInside, ReportView } from "./report_data.ts";
import { quantile, sampled } from "./scale.ts";
import { colourBands } from "./views.ts";

/** Three bands as red, green and blue. */
export interface ColourChoice {
  readonly label: string;
  readonly bands: readonly number[];
}

const COMPOSITES: readonly (readonly [label: string, ...bands: string[]])[] = [
  ["Near infrared", "B08", "B04", "B03"],
  ["Short wave", "B12", "B8A", "B04"],
];

/** True colour, false colours as far as there are bands, and each band in grey. */
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
      ? names.map((name, i) => ({ label: `${name} in grey`, bands: [i, i, i] }))
      : []),
  ];
}

/**
 * Black and white of the pictures of states, band by band: clouds and noise reach far beyond what other
 * pictures show, so theirs is wider, and drawn by a square root that keeps the ground visible.
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
    const [low, high] = [quantile(values, 0.02), quantile(values, 0.98)];
    // A square root is steep at black, which therefore lies below what is looked at.
    return high > low ? [low - (high - low) / 16, high] : [low, low + 1];
  });
}

const UNIT: Coding = { low: 0, high: 1, power: 1 };

/** A view at half the resolution: every second pixel of every second row. */
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

/** Data of the page: JSON, base64 of the pixels, and where maps are in `maps`. */
export interface PageData {
  readonly json: string;
  readonly pixels: string;
  readonly mapAt: (id: string) => number;
  readonly colours: readonly ColourChoice[];
}

/**
 * Packs a report's numbers.
 *
 * @param shrunk How often the view of the whole area is halved.
 */
export function pageData(data: ReportData, shrunk = 0): PageData {
  const { bands, unit, reference, truth, uncertainty, provenance, inside } = data;
  const payload = new Payload();
  const power = unit.reflectanceScale === null ? 1 : 2;
  const [detail, ...others] = data.views;
  let views = [detail!, ...others];
  for (let i = 0; i < shrunk; i++) views = [detail!, ...views.slice(1).map(halved)];
  const shown = views.map((view) => {
    const coding = codingOf(view.images, power);
    const { label, window: { column, row }, step, width, height, bands: held } = view;
    const images = view.images.map(({ id, label, data }) => ({
      id,
      label,
      at: payload.addImage(data, { width, depth: held.length }, coding),
    }));
    return { label, column, row, step, width, height, bands: held, coding, images };
  });
  const maps: {
    at: number;
    width: number;
    height: number;
    palette: string;
    high: number;
    coding: Coding;
  }[] = [];
  const places = new Map<string, number>();
  const { width, height } = detail!;
  const addMap = (id: string, values: Float32Array, high: number) => {
    places.set(id, maps.length);
    const coding = { low: 0, high, power: 1 } as const;
    maps.push({
      at: payload.addValues(values, width, coding),
      width,
      height,
      palette: "heat",
      high,
      coding,
    });
  };
  for (const [i, { data }] of truth?.errors.maps.entries() ?? []) {
    addMap(`error${i}`, data, truth!.errors.high);
  }
  if (uncertainty !== null) addMap("uncertainty", uncertainty.deviation, uncertainty.high);
  if (provenance !== null) {
    places.set("provenance", maps.length);
    // Codes 85, 170 and 255 are a third, two thirds and all of the scale; 0 is no data.
    const codes = provenance.data.map((origin) => 85 * origin);
    maps.push({
      at: payload.add(codes, width),
      width,
      height,
      palette: "origins",
      high: 1,
      coding: UNIT,
    });
  }
  const masks = (inside?.masks?.evaluations ?? []).map(({ data: weights }) => {
    const { width, height, heads, length } = inside!.masks!;
    const first = maps.length;
    for (let i = 0; i < heads * length; i++) {
      const plane = weights.subarray(i * width * height, (i + 1) * width * height);
      maps.push({
        at: payload.addValues(plane, width, UNIT),
        width,
        height,
        palette: "weight",
        high: 1,
        coding: UNIT,
      });
    }
    return first;
  });
  const states = (inside?.states ?? []).flatMap(({ dates, denoised }) =>
    [...dates, denoised].map((image) => {
      // What is drawn is all that is kept of states: their noise reaches far beyond the images.
      const size = { width: inside!.size, height: inside!.size };
      if (image === null) return [0, { ...size, coding: UNIT }] as const;
      const coding = codingOf([{ id: "", label: "", data: image }], 1);
      return [
        payload.addImage(image, { width: size.width, depth: inside!.bands.length }, coding),
        { ...size, coding },
      ] as const;
    })
  );
  const colours = colourChoices(bands.map(({ name }) => name));
  const json = JSON.stringify(
    {
      views: shown,
      firstView: views.length - 1,
      bands,
      reference: `date${reference}`,
      divisor: unit.reflectanceScale ?? 1,
      digits: unit.reflectanceScale === null ? 1 : 3,
      colours,
      stretch: data.stretch,
      stateStretch: { stretch: inside === null ? [] : stateStretch(inside), power: 0.5 },
      palettes: PALETTES,
      origins: ORIGINS,
      maps,
      masks,
      maskLabels: (inside?.masks?.evaluations ?? [])
        .map(({ sigma }, i, all) => `${i + 1} of ${all.length}, σ ${Number(sigma.toPrecision(2))}`),
      states,
    },
    (_, value) =>
      typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value,
  );
  return {
    json: json.replaceAll("<", "\\u003c"),
    pixels: payload.text(),
    mapAt: (id) => places.get(id)!,
    colours,
  };
}
