/** Whether gradients are wanted of what is computed now. @module */

import { tf } from "../tfjs.ts";

/** Whether a gradient is being recorded or computed: kernels without one must not run then. */
export function recordsGradient(): boolean {
  const { activeTape } = tf.engine().state as { activeTape: unknown };
  return activeTape !== null && activeTape !== undefined;
}
