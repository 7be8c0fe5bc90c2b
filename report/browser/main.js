/** Paints the images of the page and connects its controls. Runs in the browser. */

import { decode, inflate, undoDifferences } from "./decode.js";
import { paintImage, paintMap, ramp } from "./paint.js";
import { drawSpectra } from "./spectra.js";
import { startStage } from "./stage.js";

/** Starts the page. */
export async function main() {
  const page = JSON.parse(document.getElementById("report-data").textContent);
  const bytes = await inflate(document.getElementById("report-pixels").textContent);
  const find = (id) => document.getElementById(id);
  const planeAt = (at, { width, height }) =>
    undoDifferences(bytes.subarray(at, at + width * height), width);
  const views = page.views.map((view) => ({
    ...view,
    images: new Map(view.images.map(({ id, label, at }) => {
      const size = view.width * view.height;
      const planes = view.bands.map((_, i) => planeAt(at + i * size, view));
      return [id, { ...view, id, label, planes }];
    })),
  }));
  const [detail] = views;
  const maps = page.maps.map((map) => ({ ...map, plane: planeAt(map.at, map) }));
  const tables = Object.fromEntries(
    Object.entries(page.palettes).map(([name, colours]) => [name, ramp(colours)]),
  );

  const bandsIn = (view) => {
    const wanted = page.colours[Number(find("colours").value)].bands;
    const shown = wanted.map((index) => ({ index, plane: view.bands.indexOf(index) }));
    // The downsampled view lacks some bands: it keeps the first colours.
    if (shown.every(({ plane }) => plane >= 0)) return shown;
    return page.colours[0].bands.map((index) => ({ index, plane: view.bands.indexOf(index) }));
  };
  const paint = (canvas, view, id) => {
    const image = view.images.get(id);
    paintImage(canvas, image, { bands: bandsIn(view), stretch: page.stretch });
  };

  // Disables images that the view lacks.
  const viewNow = () => views[Number(find("view")?.value ?? page.firstView)];
  const offer = () => {
    for (const select of [find("before"), find("after")]) {
      for (const option of select.options) option.disabled = !viewNow().images.has(option.value);
      if (select.selectedOptions[0].disabled) {
        select.value = [...select.options].find((option) => !option.disabled).value;
      }
    }
  };
  const point = { column: Number(find("column").value), row: Number(find("row").value) };
  const showPoint = () => {
    const view = viewNow();
    const [x, y] = [
      (detail.column + point.column + 0.5 - view.column) / view.step / view.width,
      (detail.row + point.row + 0.5 - view.row) / view.step / view.height,
    ];
    find("cross").style.left = `${100 * x}%`;
    find("cross").style.top = `${100 * y}%`;
    const frame = find("detail-frame");
    frame.hidden = view === detail;
    frame.style.left = `${100 * (detail.column - view.column) / view.step / view.width}%`;
    frame.style.top = `${100 * (detail.row - view.row) / view.step / view.height}%`;
    frame.style.width = `${100 * detail.width / view.step / view.width}%`;
    frame.style.height = `${100 * detail.height / view.step / view.height}%`;
  };
  const showStage = () => {
    offer();
    const view = viewNow();
    paint(find("canvas-before"), view, find("before").value);
    paint(find("canvas-after"), view, find("after").value);
    const label = (id) => view.images.get(find(id).value).label;
    find("label-before").textContent = label("before");
    find("label-after").textContent = label("after");
    find("stage").style.aspectRatio = `${view.width} / ${view.height}`;
    find("stage").style.maxWidth = `calc(80vh * ${view.width / view.height})`;
    showPoint();
  };
  const showAll = () => {
    showStage();
    for (const canvas of document.querySelectorAll("canvas[data-image]")) {
      paint(canvas, detail, canvas.dataset.image);
    }
  };

  const positions = page.bands.every(({ wavelength }) => wavelength !== null)
    ? page.bands.map(({ wavelength }) => wavelength)
    : page.bands.map((_, i) => i);
  const axis = page.bands.every(({ wavelength }) => wavelength !== null)
    ? "bands by wavelength"
    : "bands";
  const showSpectra = () => {
    const pixel = point.row * detail.width + point.column;
    const lines = [...detail.images.values()].map(({ id, planes, coding }) => ({
      id: id === page.reference ? `${id} reference` : id,
      values: page.bands.map((_, band) => decode(planes[band][pixel], coding) / page.divisor),
    }));
    drawSpectra(find("spectra"), {
      lines,
      positions,
      unit: page.unit,
      names: page.bands.map(({ name }) => name),
      axis,
    });
    const text = (value) => Number.isNaN(value) ? "–" : value.toFixed(page.digits);
    for (const [i, { values }] of lines.entries()) {
      for (const [band, value] of values.entries()) {
        find(`value-${i}-${band}`).textContent = text(value);
      }
    }
    find("point-where").textContent = `column ${detail.column + point.column}, row ${
      detail.row + point.row
    }`;
  };
  const movePoint = (column, row) => {
    point.column = Math.min(Math.max(Math.round(column) || 0, 0), detail.width - 1);
    point.row = Math.min(Math.max(Math.round(row) || 0, 0), detail.height - 1);
    find("column").value = String(point.column);
    find("row").value = String(point.row);
    showPoint();
    showSpectra();
  };
  startStage({
    stage: find("stage"),
    top: find("canvas-after"),
    divider: find("divider"),
    slider: find("slider"),
    onPoint({ x, y }) {
      const view = viewNow();
      movePoint(
        view.column + x * view.width * view.step - detail.column - 0.5,
        view.row + y * view.height * view.step - detail.row - 0.5,
      );
    },
  });
  for (const id of ["column", "row"]) {
    find(id).addEventListener(
      "input",
      () => movePoint(Number(find("column").value), Number(find("row").value)),
    );
  }
  find("colours").addEventListener("change", showAll);
  for (const id of ["view", "before", "after"]) find(id)?.addEventListener("change", showStage);

  const origins = page.origins.map((hex) => ramp([hex, hex])[0]);
  for (const canvas of document.querySelectorAll("canvas[data-map]")) {
    const map = maps[Number(canvas.dataset.map)];
    const categories = map.palette === "origins";
    const table = categories
      ? Array.from({ length: 256 }, (_, i) => origins[Math.max(Math.round(3 * i / 255), 1) - 1])
      : tables[map.palette];
    paintMap(canvas, map, { table, high: map.high });
  }
  const showMasks = () => {
    const step = Number(find("mask-step").value);
    for (const canvas of document.querySelectorAll("canvas[data-mask]")) {
      const map = maps[page.masks[step] + Number(canvas.dataset.mask)];
      paintMap(canvas, map, { table: tables.weight, high: map.high });
    }
    find("mask-sigma").textContent = page.maskLabels[step];
  };
  if (find("mask-step") !== null) {
    find("mask-step").addEventListener("input", showMasks);
    showMasks();
  }
  for (const canvas of document.querySelectorAll("canvas[data-state]")) {
    const [at, image] = page.states[Number(canvas.dataset.state)];
    const size = image.width * image.height;
    const planes = [0, 1, 2].map((i) => planeAt(at + i * size, image));
    const bands = [0, 1, 2].map((index) => ({ index, plane: index }));
    const { stretch, power } = page.stateStretch;
    paintImage(canvas, { ...image, planes }, { bands, stretch, power });
  }
  showAll();
  showSpectra();
  document.documentElement.dataset.ready = "yes";
}
