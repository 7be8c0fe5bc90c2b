/** State of gradient recording. @module */

import { tf } from "../tfjs.ts";

/** True while a gradient is recorded or computed; kernels without a gradient must not run then. */
export function recordsGradient(): boolean {
  const { activeTape } = tf.engine().state as { activeTape: unknown };
  return activeTape !== null && activeTape !== undefined;
}
