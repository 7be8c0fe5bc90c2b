/** What goes wrong on a device. @module */

/** The GPU reported an error; what it computed is worthless. */
export class GpuError extends Error {
  override readonly name: string = "GpuError";
}

/** The GPU went away: driver reset, unplugged, or `destroy()`. */
export class DeviceLostError extends GpuError {
  override readonly name = "DeviceLostError";
}
