/**
 * The one door to tfjs-backend-wasm: registers the backend (its kernels are registered by the
 * import, which is therefore dynamic in `use_engine.ts`) and repairs its matrix product.
 *
 * @module
 */

import "npm:@tensorflow/tfjs-backend-wasm@4.22.0";
export type { BackendWasm } from "npm:@tensorflow/tfjs-backend-wasm@4.22.0";
