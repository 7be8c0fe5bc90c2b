/**
 * The program of a loader's Worker: it opens the dataset and makes one sample after the other.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type Sample, syntheticDataset } from "../datasets/mod.ts";
import { openDataset } from "./datasets.ts";
import {
  errorFacts,
  type LoaderAnswer,
  type LoaderRequest,
  type WorkerDataset,
} from "./loader_protocol.ts";
import { type Made, sampleMaker } from "./sample_maker.ts";

let make: ((n: number) => Promise<Made>) | undefined;

async function open(dataset: WorkerDataset) {
  if ("synthetic" in dataset) return syntheticDataset(dataset.synthetic);
  return await openDataset(dataset.config, dataset.model);
}

async function answer(request: LoaderRequest): Promise<LoaderAnswer> {
  if (request.type === "make") return { made: await make!(request.n) };
  const dataset = await open(request.dataset);
  make = sampleMaker(dataset, request.maker);
  const { sample: _, ...opened } = dataset;
  return { opened };
}

/** Buffers that are given away, not copied: those that hold one array of the sample and no more. */
function transfers(sample: Sample): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const [key, value] of Object.entries(sample)) {
    if (!ArrayBuffer.isView(value) || value.buffer instanceof SharedArrayBuffer) continue;
    const { buffer } = value;
    if (buffer.detached) {
      throw new TypeError(
        `Cannot send ${sample.name}: the dataset must make its ${key} anew, got an array that it ` +
          `gave away before`,
      );
    }
    if (value.byteLength === buffer.byteLength && !buffers.includes(buffer)) buffers.push(buffer);
  }
  return buffers;
}

let last: Promise<void> = Promise.resolve();
parentPort!.once("message", ({ port }: { port: MessagePort }) => {
  port.onmessage = ({ data: { id, request } }: MessageEvent) => {
    last = last.then(async () => {
      try {
        const reply = await answer(request);
        port.postMessage({ id, ...reply }, "made" in reply ? transfers(reply.made.sample) : []);
      } catch (error) {
        port.postMessage({ id, error: errorFacts(error) });
      }
    });
  };
});
