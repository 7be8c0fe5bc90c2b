/** GPU devices with everything that their adapter offers. @module */

/** A device with all limits and features of its adapter. */
interface GrantedDevice {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** True if the adapter computes on the CPU (llvmpipe, SwiftShader, WARP). */
  readonly software: boolean;
  /** Human-readable name. */
  readonly description: string;
}

const FEATURES: readonly GPUFeatureName[] = ["shader-f16", "timestamp-query"];

/** Requests a device with the adapter's own limits; undefined where there is no adapter. */
export async function requestDevice(): Promise<GrantedDevice | undefined> {
  const gpu = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === undefined || adapter === null) return undefined;
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: grantedLimits(adapter.limits),
  });
  const { info } = adapter;
  const description = info.description || info.device || info.vendor || "unnamed adapter";
  const software = info.isFallbackAdapter ||
    /llvmpipe|lavapipe|swiftshader|basic render|warp/i.test(description);
  return { device, info, software, description };
}

/** All limits of an adapter as a plain object. */
function grantedLimits(limits: GPUSupportedLimits): Record<string, number> {
  const names = Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(limits)));
  return Object.fromEntries(
    names.map((name) => [name, (limits as unknown as Record<string, unknown>)[name]] as const)
      .filter((entry): entry is readonly [string, number] =>
        entry[0].startsWith("max") && typeof entry[1] === "number"
      ),
  );
}
