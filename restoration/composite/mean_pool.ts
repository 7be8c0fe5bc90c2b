/** Threads that apply a mean to windows. @module */

import type { MeanImage } from "../../means/mod.ts";
import { WindowPool } from "../threads/window_pool.ts";
import type { MeanJob, MeanWork } from "./mean_worker.ts";

/** Threads that apply a mean. */
export type MeanPool = WindowPool<MeanJob, MeanImage>;

/** Makes the threads that apply the plans of a mean. */
export function meanPool(work: MeanWork, threads: number): MeanPool {
  return new WindowPool({
    program: new URL("./mean_worker.ts", import.meta.url),
    work,
    threads,
    purpose: "make a composite",
  });
}
