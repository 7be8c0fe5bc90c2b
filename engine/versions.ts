/** Versions of the libraries that execute tensors. @module */

import { tf } from "./tfjs.ts";

/** Version in the specifier of `native/ort.ts`, which is imported only when a session is created. */
const ONNXRUNTIME = "1.30.0";

/** Versions of the libraries that execute tensors. */
export interface EngineVersions {
  /** Version of tfjs-core, for example "4.22.0". */
  readonly tfjs: string;
  /** Version of onnxruntime-node, which runs engine native. */
  readonly onnxruntime: string;
}

/** Versions of the libraries that execute tensors, for run records. */
export function engineVersions(): EngineVersions {
  return { tfjs: tf.version["tfjs-core"], onnxruntime: ONNXRUNTIME };
}
