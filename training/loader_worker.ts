/**
 * Program of a loader's Worker: opens the dataset and makes samples one at a time.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type Catalog, importPlugin, Registry } from "../core/mod.ts";
import {
  type Dataset,
  DATASET_FUNCTIONS,
  type DatasetCatalog,
  datasets,
  openDataset,
  type Sample,
} from "../datasets/mod.ts";
import {
  errorFacts,
  type LoaderAnswer,
  type LoaderRequest,
  type WorkerDataset,
} from "./loader_protocol.ts";
import { type Made, sampleMaker } from "./sample_maker.ts";

let make: ((n: number) => Promise<Made>) | undefined;

/** Opens the dataset. Only the datasets of the plugins are registered, as Workers need no others. */
async function open({ config, model, plugins, loaded }: WorkerDataset): Promise<Dataset> {
  const catalogs: readonly Catalog[] = await Promise.all(plugins.map(importPlugin));
  const registry = catalogs.reduce(
    (known, { dataset = {} }) => known.with({ dataset }) as typeof known,
    new Registry<DatasetCatalog>(
      { dataset: datasets },
      { functions: { dataset: DATASET_FUNCTIONS } },
    ),
  );
  return await openDataset(config, model, { registry, loaded });
}

async function answer(request: LoaderRequest): Promise<LoaderAnswer> {
  if (request.type === "make") return { made: await make!(request.n) };
  const dataset = await open(request.dataset);
  make = sampleMaker(dataset, request.maker);
  const { sample: _, ...opened } = dataset;
  return { opened };
}

/** Returns the buffers to transfer instead of copying: those that hold a single array of the sample. */
function transfers(sample: Sample): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const [key, value] of Object.entries(sample)) {
    if (!ArrayBuffer.isView(value) || value.buffer instanceof SharedArrayBuffer) continue;
    const { buffer } = value;
    if (buffer.detached) {
      throw new TypeError(
        `Cannot send ${sample.name}: the dataset must create ${key} for each sample, got an array ` +
          `that was already transferred`,
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
