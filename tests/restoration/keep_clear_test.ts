import { assert, assertEquals, assertThrows } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { restoredShares } from "../../restoration/mod.ts";
import { checkKeepClear } from "../../restoration/keep_clear.ts";

/** A mask with a few pixels set. */
function mask(width: number, height: number, share: number, seed = 1): Uint8Array {
  const rng = createRng(seed);
  return Uint8Array.from(rng.uniforms(width * height), (u) => u < share ? 1 : 0);
}

Deno.test("restoredShares() is whole on the mask, nothing beyond the grown one, falling between", () => {
  const [width, height] = [37, 29];
  const cloudy = mask(width, height, 0.01);
  const [dilate, feather] = [5, 4];
  const shares = restoredShares(cloudy, { width, height, dilate, feather });
  for (let i = 0; i < shares.length; i++) {
    let nearest = Infinity;
    for (let j = 0; j < cloudy.length; j++) {
      if (cloudy[j] === 0) continue;
      const [dx, dy] = [i % width - j % width, Math.floor(i / width) - Math.floor(j / width)];
      nearest = Math.min(nearest, Math.hypot(dx, dy));
    }
    if (nearest === 0) assertEquals(shares[i], 255);
    assertEquals(shares[i]! > 0, nearest <= dilate, `${i} at ${nearest}`);
    // 3t² − 2t³ with t = (dilate + 1 − distance)/feather.
    const t = Math.min(1, (dilate + 1 - nearest) / feather);
    if (nearest <= dilate) {
      assertEquals(shares[i], Math.max(1, Math.round(255 * t * t * (3 - 2 * t))));
    }
  }
});

Deno.test("restoredShares() of a window with the mask around it is the same", () => {
  const [width, height, dilate, feather] = [60, 50, 8, 6];
  const cloudy = mask(width, height, 0.004, 3);
  const whole = restoredShares(cloudy, { width, height, dilate, feather });
  const [x0, y0, w, h] = [12, 10, 36, 30];
  const part = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    part.set(cloudy.subarray((y0 + y) * width + x0, (y0 + y) * width + x0 + w), y * w);
  }
  const shares = restoredShares(part, { width: w, height: h, dilate, feather });
  for (let y = dilate; y < h - dilate; y++) {
    for (let x = dilate; x < w - dilate; x++) {
      assertEquals(shares[y * w + x], whole[(y0 + y) * width + x0 + x]);
    }
  }
});

Deno.test("restoredShares() without growth and feather is the mask", () => {
  const cloudy = mask(9, 7, 0.3);
  const shares = restoredShares(cloudy, { width: 9, height: 7, dilate: 0, feather: 0 });
  assert(shares.every((share, i) => share === 255 * cloudy[i]!));
});

Deno.test("the mask grows by 0 … 255 pixels, and edges stay inside of it", () => {
  checkKeepClear({ dilate: 0, feather: 1 });
  assertThrows(() => checkKeepClear({ dilate: -1, feather: 0 }), RangeError, "0 … 255");
  assertThrows(() => checkKeepClear({ dilate: 2.5, feather: 0 }), RangeError, "2.5");
  assertThrows(() => checkKeepClear({ dilate: 4, feather: 6 }), RangeError, "0 … 5 pixels");
});
