import { assert, assertAlmostEquals } from "@std/assert";
import { createRng } from "../../core/mod.ts";
import { solveCholesky } from "../../means/cholesky.ts";

Deno.test("solveCholesky() solves a random system with several right-hand sides", () => {
  const [size, columns] = [9, 3];
  const root = createRng(2).normals(size * size);
  const a = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++) a[i * size + j]! += root[i * size + k]! * root[j * size + k]!;
    }
  }
  const x = createRng(3).normals(size * columns);
  const b = new Float64Array(size * columns);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < columns; c++) {
      for (let k = 0; k < size; k++) b[i * columns + c]! += a[i * size + k]! * x[k * columns + c]!;
    }
  }
  assert(solveCholesky(a, b, { size, columns }));
  b.forEach((value, i) => assertAlmostEquals(value, x[i]!, 1e-6));
});

Deno.test("solveCholesky() refuses a matrix that is not positive definite", () => {
  const a = Float64Array.from([1, 2, 2, 1]);
  assert(!solveCholesky(a, new Float64Array(2), { size: 2, columns: 1 }));
});
