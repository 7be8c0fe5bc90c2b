/** Chart of the spectra of one pixel. Runs in the browser. */

/** Adds an SVG element. */
export function draw(parent, name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

/** At most about `count` round ticks from `low` to `high`. */
export function ticksOf(low, high, count) {
  const power = 10 ** Math.floor(Math.log10((high - low) / count));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => (high - low) / one <= count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from(
    { length: last - first + 1 },
    (_, i) => Number(((first + i) * step).toFixed(9)),
  );
}

/**
 * Draws spectra.
 *
 * @param lines { id, values }: a value for each band, NaN for a missing one.
 * @param positions Band positions: wavelengths in nm, or indices.
 * @param unit Unit of the values.
 */
export function drawSpectra(svg, { lines, positions, names, axis, unit }) {
  const [width, height, left, right, head, foot] = [440, 260, 44, 10, 8, 34];
  svg.replaceChildren();
  const known = lines.flatMap(({ values }) => values.filter(Number.isFinite));
  if (known.length === 0) return;
  const high = Math.max(...known) * 1.05 || 1;
  const low = Math.min(0, ...known);
  const [first, last] = [Math.min(...positions), Math.max(...positions)];
  const x = (position) => left + (width - left - right) * (position - first) / (last - first || 1);
  const y = (value) => height - foot - (height - head - foot) * (value - low) / (high - low);
  for (const tick of ticksOf(low, high, 5)) {
    draw(svg, "line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) });
    draw(svg, "text", { class: "soft", x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, tick);
  }
  let free = -Infinity;
  for (const [i, position] of [...positions.entries()].sort((a, b) => a[1] - b[1])) {
    draw(svg, "line", {
      class: "grid",
      x1: x(position),
      x2: x(position),
      y1: height - foot,
      y2: height - foot + 4,
    });
    if (x(position) - free < 27) continue;
    free = x(position);
    draw(
      svg,
      "text",
      { class: "soft", x: free, y: height - foot + 16, "text-anchor": "middle" },
      names[i],
    );
  }
  draw(svg, "text", { class: "soft", x: width - right, y: height - 3, "text-anchor": "end" }, axis);
  draw(svg, "text", { class: "soft", x: 0, y: height - 3 }, `↑ ${unit}`);
  const order = [...positions.keys()].sort((a, b) => positions[a] - positions[b]);
  for (const { id, values } of lines) {
    const points = order.filter((i) => Number.isFinite(values[i]))
      .map((i) => `${x(positions[i]).toFixed(1)},${y(values[i]).toFixed(1)}`);
    draw(svg, "polyline", { class: `spectrum ${id}`, points: points.join(" ") });
    for (const point of points) {
      const [cx, cy] = point.split(",");
      draw(svg, "circle", { class: `spectrum-dot ${id}`, cx, cy, r: 2.4 });
    }
  }
}
