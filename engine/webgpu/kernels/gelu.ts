/** The exact GELU in WGSL. @module */

/**
 * WGSL: x·Φ(x), with erf by Abramowitz and Stegun 7.1.26 (absolute error 1.5e-7), as in TensorFlow.js.
 */
export const GELU = `
fn gelu1(x : f32) -> f32 {
  let z = abs(x) * 0.7071067811865476;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t +
    0.254829592) * t;
  let tail = 0.5 * series * exp(-z * z);
  return x * select(tail, 1.0 - tail, x >= 0.0);
}
fn gelu(x : vec4f) -> vec4f {
  return vec4f(gelu1(x.x), gelu1(x.y), gelu1(x.z), gelu1(x.w));
}`;
