/** Worker side of a `WindowPool`. @module */

import { parentPort } from "node:worker_threads";
import { buffersOf, type WindowAnswer, type WindowJob } from "./window_job.ts";

/**
 * Computes the windows that a pool sends to this Worker.
 *
 * @param open Makes the computation from what all windows share. Arrays in its results, one level deep,
 *   have buffers of their own, which are transferred.
 */
export function serveWindows<Work, Job, Result extends object>(
  open: (work: Work) => (job: Job) => Result,
): void {
  parentPort?.once("message", ({ port }: { readonly port: MessagePort }) => {
    let compute: ((job: Job) => Result) | undefined;
    port.onmessage = ({ data }: MessageEvent<{ readonly work: Work } | WindowJob<Job>>) => {
      try {
        if ("work" in data) {
          compute = open(data.work);
          return;
        }
        const result = compute!(data.job);
        const memory = buffersOf(data.memory);
        const answer: WindowAnswer<Result> = { result, memory };
        port.postMessage(answer, [...buffersOf(Object.values(result)), ...memory]);
      } catch (error) {
        port.postMessage({ error: String(error) } satisfies WindowAnswer<Result>);
      }
    };
  });
}
