import { assertEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { withoutRim } from "../../means/clear_ground.ts";

Deno.test("withoutRim() keeps the pixels that have no other class within a square", () => {
  const [height, width] = [13, 17];
  const mask = Uint8Array.from(
    createRng(1).uniforms(height * width),
    (value) => value < 0.04 ? 2 : 0,
  );
  for (const grow of [0, 1, 3]) {
    const wanted = mask.map((_, i) => {
      const [y, x] = [Math.floor(i / width), i % width];
      for (let v = y - grow; v <= y + grow; v++) {
        for (let u = x - grow; u <= x + grow; u++) {
          const inside = v >= 0 && v < height && u >= 0 && u < width;
          if (inside && mask[v * width + u] !== 0) return 0;
        }
      }
      return 1;
    });
    assertEquals(withoutRim(mask, { height, width, grow }), wanted);
  }
});
