/** Which libraries compute. @module */

import { tf } from "./tfjs.ts";

/** The version in the specifier of `native/ort.ts`, which loads only where a session is made. */
const ONNXRUNTIME = "1.30.0";

/** Versions of the libraries that compute. */
export interface EngineVersions {
  readonly tfjs: string;
  readonly onnxruntime: string;
}

/** Versions of the libraries that compute, for records of a run. */
export function engineVersions(): EngineVersions {
  return { tfjs: tf.version["tfjs-core"], onnxruntime: ONNXRUNTIME };
}
