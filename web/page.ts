/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The page: files in, a comparison and downloads out. The worker computes. @module */

import type { Answer, ColorPicture, ListedDate, Method, Request } from "./messages.ts";

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const drop = element("drop");
const input = element<HTMLInputElement>("files");
const sample = element<HTMLButtonElement>("sample");
const list = element("list");
const restore = element<HTMLButtonElement>("restore");
const cancel = element<HTMLButtonElement>("cancel");
const progress = element<HTMLProgressElement>("progress");
const status = element("status");
const errorText = element("error");
const swipe = element<HTMLInputElement>("swipe");
const compare = element("compare");

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const dates = new Map<string, ListedDate>();
let reference: string | undefined;
let isReady = false;
let isBusy = false;
let links: string[] = [];

function send(request: Request): void {
  worker.postMessage(request);
}

function showState(): void {
  restore.disabled = !isReady || isBusy || dates.size === 0;
  sample.disabled = !isReady || isBusy;
  cancel.hidden = !isBusy;
  progress.hidden = !isBusy;
  element("dates").hidden = dates.size === 0;
}

function showError(message: string | undefined): void {
  errorText.hidden = message === undefined;
  errorText.textContent = message ?? "";
}

function showDates(): void {
  const sorted = [...dates.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  list.replaceChildren(...sorted.map(({ path, name, width, height, bands }) => {
    const row = document.createElement("li");
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), {
      ...{ type: "radio", name: "reference", value: path, checked: path === reference },
      onchange: () => reference = path,
    });
    const size = document.createElement("small");
    size.textContent = `${width}×${height} pixels, ${bands} bands`;
    label.append(radio, ` ${name}`, size);
    const remove = Object.assign(document.createElement("button"), {
      ...{ type: "button", textContent: "Remove" },
      onclick() {
        dates.delete(path);
        send({ type: "remove", path });
        if (reference === path) reference = [...dates.keys()].at(-1);
        showDates();
      },
    });
    remove.setAttribute("aria-label", `Remove ${name}`);
    row.append(label, remove);
    return row;
  }));
  showState();
}

function paint(id: string, { width, height, data }: ColorPicture): void {
  const canvas = element<HTMLCanvasElement>(id);
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")!.putImageData(new ImageData(data, width, height), 0, 0);
}

function showSwipe(): void {
  element("before").style.clipPath = `inset(0 ${100 - Number(swipe.value)}% 0 0)`;
  element("edge").style.left = `${swipe.value}%`;
}

function showResult(result: Extract<Answer, { type: "result" }>): void {
  for (const id of ["before", "after"] as const) paint(id, result[id]);
  paint("origin", result.provenance);
  element("text").textContent = result.text;
  for (const link of links) URL.revokeObjectURL(link);
  links = result.files.map(({ blob }) => URL.createObjectURL(blob));
  element("downloads").replaceChildren(
    ...result.files.map(({ name, blob }, i) =>
      Object.assign(document.createElement("a"), {
        ...{ className: "button", href: links[i]!, download: name },
        textContent: `${name} (${(blob.size / 1e6).toFixed(2)} MB)`,
      })
    ),
  );
  showSwipe();
  element("result").hidden = false;
  element("result").scrollIntoView({ behavior: "smooth" });
}

function finish(text: string): void {
  isBusy = false;
  status.textContent = text;
  showState();
}

function receive(answer: Answer): void {
  switch (answer.type) {
    case "ready":
      isReady = true;
      return finish(`Ready: engine ${answer.engine} (${answer.reason}).`);
    case "dates":
      for (const date of answer.dates) dates.set(date.path, date);
      reference ??= answer.dates.at(-1)!.path;
      showDates();
      return isReady ? finish("") : undefined;
    case "log":
      element("notes").hidden = false;
      return element("log").append(
        Object.assign(document.createElement("li"), { textContent: answer.line }),
      );
    case "progress":
      progress.max = answer.total;
      progress.value = answer.done;
      status.textContent = `${answer.stage}: ${answer.done} of ${answer.total}`;
      return;
    case "canceled":
      return finish("Canceled.");
    case "error":
      showError(answer.message);
      if (answer.isFatal) isReady = false;
      return finish(answer.isFatal ? "The page cannot restore." : "");
    case "result":
      showResult(answer);
      return finish("Done.");
  }
}

function open(files: FileList | null): void {
  if (files === null || files.length === 0) return;
  showError(undefined);
  send({ type: "open", files: [...files] });
}

worker.onmessage = ({ data }: MessageEvent<Answer>) => receive(data);
worker.onerror = (event) => {
  showError(event.message || "The worker stopped: the browser may have refused it memory.");
  isReady = false;
  finish("Reload the page to go on.");
};
input.onchange = () => open(input.files);
drop.ondragover = (event) => {
  event.preventDefault();
  drop.classList.add("over");
};
drop.ondragleave = () => drop.classList.remove("over");
drop.ondrop = (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  open(event.dataTransfer?.files ?? null);
};
sample.onclick = () => {
  showError(undefined);
  isBusy = true;
  status.textContent = "Drawing a scene…";
  showState();
  send({ type: "sample" });
};
restore.onclick = () => {
  showError(undefined);
  element("result").hidden = true;
  element("log").replaceChildren();
  isBusy = true;
  progress.removeAttribute("value");
  status.textContent = "Reading files and finding clouds…";
  showState();
  const method = element<HTMLSelectElement>("method").value as Method;
  send({ type: "restore", paths: [...dates.keys()].sort(), reference: reference!, method });
};
cancel.onclick = () => {
  status.textContent = "Canceling…";
  send({ type: "cancel" });
};
swipe.oninput = showSwipe;
compare.onpointermove = (event) => {
  if (event.buttons !== 1) return;
  const { left, width } = compare.getBoundingClientRect();
  swipe.value = String(Math.round(100 * (event.clientX - left) / width));
  showSwipe();
};
element<HTMLInputElement>("show-origin").onchange = (event) => {
  element("origin").hidden = !(event.target as HTMLInputElement).checked;
};

const engine = new URLSearchParams(location.search).get("engine");
send({ type: "start", engine: engine === "wasm" || engine === "webgpu" ? engine : "auto" });
