/** Paints images and maps on canvases. Runs in the browser. */

import { decode } from "./decode.js";

/** Interpolates colours to 256 [red, green, blue] triples. */
export function ramp(colours) {
  const parts = colours.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({ length: 256 }, (_, i) => {
    const at = i / 255 * (parts.length - 1);
    const left = Math.min(Math.floor(at), parts.length - 2);
    return parts[left].map((value, c) => value + (parts[left + 1][c] - value) * (at - left));
  });
}

/** Fills a canvas; `colourOf(i, rgb)` writes a colour, or returns false for no data. */
export function fill(canvas, { width, height }, colourOf) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const rgb = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    if (colourOf(i, rgb) === false) continue;
    image.data.set(rgb, 4 * i);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Brightness of each code between a band's black and white; a power below 1 lifts dark values. */
export function brightness(coding, [black, white], power = 1) {
  return Uint8ClampedArray.from(
    { length: 256 },
    (_, code) => 255 * Math.max((decode(code, coding) - black) / (white - black), 0) ** power,
  );
}

/** Paints an image in three bands (or one, in grey), each with its own stretch. */
export function paintImage(canvas, { planes, coding, width, height }, { bands, stretch, power }) {
  const tables = bands.map(({ index }) => brightness(coding, stretch[index], power));
  const shown = bands.map(({ plane }) => planes[plane]);
  fill(canvas, { width, height }, (i, rgb) => {
    for (let c = 0; c < 3; c++) {
      const code = shown[c][i];
      if (code === 0) return false;
      rgb[c] = tables[c][code];
    }
  });
}

/** Paints a plane with a colour table. */
export function paintMap(canvas, { plane, width, height, coding }, { table, high }) {
  fill(canvas, { width, height }, (i, rgb) => {
    if (plane[i] === 0) return false;
    const share = Math.min(decode(plane[i], coding) / high, 1);
    const colour = table[Math.round(255 * share)];
    for (let c = 0; c < 3; c++) rgb[c] = colour[c];
  });
}
