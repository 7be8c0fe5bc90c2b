/**
 * The page's worker: holds the files, finds clouds, restores. It computes what `emrdm restore
 * --keep-clear` and `emrdm composite` compute, by the same functions.
 *
 * @module
 */

import { openImage } from "../rasters/mod.ts";
import {
  compositeScene,
  type ProvenanceCounts,
  provenancePath,
  restoreScene,
} from "../restoration/mod.ts";
import { loadModel } from "../checkpoints/mod.ts";
import type { Model } from "../model/mod.ts";
import { startEngine } from "./engine.ts";
import type { Answer, ListedDate, Request } from "./messages.ts";
import { provenanceColors, trueColor } from "./pictures.ts";
import { download, mount, unmount } from "./platform/files.ts";
import { drawSampleScene } from "./sample_scene.ts";

// The library's pools of threads are Node's; with no processors to spare they compute here.
Object.defineProperty(navigator, "hardwareConcurrency", { value: 0, configurable: true });

/** The worker's end of the channel to the page. */
interface Channel {
  postMessage(message: Answer, transfer: readonly Transferable[]): void;
  onmessage: (event: MessageEvent<Request>) => void;
}

const channel = globalThis as unknown as Channel;
const OUTPUT = "/out/clear.tif";
const MODELS = ["s2-temporal", "s2-mono"] as const;
const models = new Map<string, Model>();
let stop = new AbortController();

function answer(message: Answer, transfer: readonly Transferable[] = []): void {
  channel.postMessage(message, transfer);
}

function log(line: string): void {
  answer({ type: "log", line });
}

/** Loads everything that the page will need, so that it asks for nothing later. */
async function start(engine: "auto" | "webgpu" | "wasm"): Promise<void> {
  const folder = new URL("./", import.meta.url).href;
  const { name, device, reason } = await startEngine({ wasm: folder, engine });
  for (const model of MODELS) {
    const response = await fetch(`${folder}models/${model}.safetensors`);
    if (!response.ok) throw new TypeError(`Cannot load ${model}: got HTTP ${response.status}`);
    mount(`/models/${model}.safetensors`, new Uint8Array(await response.arrayBuffer()));
    models.set(model, await loadModel(`/models/${model}.safetensors`));
  }
  answer({ type: "ready", engine: `${name} on ${device}`, reason });
}

async function listed(path: string): Promise<ListedDate> {
  const file = await openImage(path);
  const { header: { width, height, bands } } = file;
  await file.close();
  return { path, name: path.split("/").at(-1)!, width, height, bands: bands.length };
}

async function open(files: readonly File[]): Promise<void> {
  for (const file of files) {
    const path = `/in/${file.name}`;
    mount(path, file);
    try {
      answer({ type: "dates", dates: [await listed(path)] });
    } catch (error) {
      unmount(path);
      answer({ type: "error", message: (error as Error).message.replaceAll("/in/", "") });
    }
  }
}

async function sample(): Promise<void> {
  const paths = await drawSampleScene("/in");
  answer({ type: "dates", dates: await Promise.all(paths.map(listed)) });
}

/** Shares of the origins of the pixels, in words. */
function sharesText(pixels: ProvenanceCounts | undefined): string {
  if (pixels === undefined) return "";
  const all = Object.values(pixels).reduce((sum, count) => sum + count, 0);
  const share = (count: number) => `${(100 * count / all).toFixed(1)} %`;
  return `${share(pixels.observed)} observed, ${share(pixels.otherDate)} restored and clear on ` +
    `another date, ${share(pixels.reconstructed)} reconstructed, ${share(pixels.noData)} no data`;
}

async function restore(
  { paths, reference, method }: Extract<Request, { type: "restore" }>,
): Promise<void> {
  stop = new AbortController();
  const { signal } = stop;
  const begin = performance.now();
  const shared = {
    inputs: paths.map((path) => ({ path })),
    reference,
    mask: { source: "detector" as const },
    write: { output: OUTPUT, overwrite: true },
    log,
    signal,
  };
  const progress = (stage: string) => (step: { readonly done: number; readonly total: number }) =>
    answer({ type: "progress", stage, done: step.done, total: step.total });
  let pixels: ProvenanceCounts | undefined;
  let by = "composed of its dates";
  if (method === "model") {
    const model = models.get(paths.length === 1 ? "s2-mono" : "s2-temporal")!;
    by = `restored from ${paths.length} date${paths.length === 1 ? "" : "s"} by ${model.card.name}`;
    const { report } = await restoreScene(model, {
      ...{ ...shared, onProgress: progress("restoring") },
    });
    pixels = report.pixels;
  } else {
    const composing = progress("composing");
    const { images } = await compositeScene({ ...shared, onProgress: composing });
    pixels = images[0]!.report.pixels;
  }
  const provenance = provenancePath(OUTPUT);
  const pictures = {
    before: await trueColor(reference),
    after: await trueColor(OUTPUT),
    provenance: await provenanceColors(provenance),
  };
  const name = reference.split("/").at(-1)!.replace(/\.[^.]*$/, "");
  const files = [
    { name: `${name}.clear.tif`, blob: download(OUTPUT) },
    { name: `${name}.clear.provenance.tif`, blob: download(provenance) },
  ];
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const text = [`${name} ${by} in ${seconds} s`, sharesText(pixels)].filter(Boolean).join("\n");
  answer(
    { type: "result", text, ...pictures, files },
    Object.values(pictures).map(({ data }) => data.buffer),
  );
}

/** Runs a request; an error is what the command line would print. */
async function run(request: Exclude<Request, { type: "cancel" | "remove" }>): Promise<void> {
  try {
    if (request.type === "start") await start(request.engine);
    else if (request.type === "open") await open(request.files);
    else if (request.type === "sample") await sample();
    else await restore(request);
  } catch (error) {
    if (stop.signal.aborted) return answer({ type: "canceled" });
    const message = (error as Error).message.replaceAll("/in/", "").replaceAll("/out/", "");
    answer({ type: "error", message, isFatal: request.type === "start" });
  }
}

/** One request at a time: they share files and the engine. */
let work: Promise<void> = Promise.resolve();

channel.onmessage = ({ data: request }) => {
  if (request.type === "cancel") stop.abort(new Error("canceled"));
  else if (request.type === "remove") unmount(request.path);
  else work = work.then(() => run(request));
};
