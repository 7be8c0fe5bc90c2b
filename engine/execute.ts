/** Tensor code whose device errors are thrown. @module */

import { type Tensor, type TensorContainer, tf } from "./tfjs.ts";

/** A backend that reports its own errors. */
interface Guarded {
  guard<T>(f: () => T): Promise<T>;
}

/**
 * Runs f, disposes its intermediate tensors, and throws the errors that the device reports.
 *
 * On WebGPU a failed shader or allocation leaves zeros; this function makes it an exception. Every step
 * of sampling and training runs through it.
 *
 * @param f Synchronous tensor code; the caller owns the tensors that it returns.
 * @throws {GpuError} On webgpu, if the device reports an error or is lost.
 */
export async function execute<T extends TensorContainer>(f: () => T): Promise<T> {
  const backend = tf.backend() as Partial<Guarded>;
  const tidy = () => tf.tidy(f);
  return backend.guard === undefined ? tidy() : await backend.guard(tidy);
}

/** The elements of a float tensor, row-major. */
export async function readTensor(tensor: Tensor): Promise<Float32Array> {
  return new Float32Array(await tensor.data());
}
