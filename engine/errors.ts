/** Errors of a GPU. @module */

/** The GPU reported an error; its results are invalid. */
export class GpuError extends Error {
  /** "GpuError", or the name of a subclass. */
  override readonly name: string = "GpuError";
}

/** The GPU device was lost: driver reset, unplugged, or `destroy()`. */
export class DeviceLostError extends GpuError {
  /** "DeviceLostError". */
  override readonly name = "DeviceLostError";
}
