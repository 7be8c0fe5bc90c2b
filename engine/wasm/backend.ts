/**
 * The only module that imports tfjs-backend-wasm. The import registers the backend and its kernels, so
 * `use_engine.ts` imports this module dynamically.
 *
 * @module
 */

export { setWasmPaths } from "npm:@tensorflow/tfjs-backend-wasm@4.22.0";
export type { BackendWasm } from "npm:@tensorflow/tfjs-backend-wasm@4.22.0";
