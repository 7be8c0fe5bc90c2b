/** Linear systems of symmetric positive definite matrices. @module */

/**
 * Solves A·X = B by Cholesky's factorization A = L·Lᵀ, in place.
 *
 * @param a A, [n, n]; its lower triangle is read and becomes L.
 * @param b B, [n, k]; becomes X.
 * @returns True. False if A is not positive definite to rounding; `b` is undefined then.
 */
export function solveCholesky(
  a: Float64Array,
  b: Float64Array,
  { size, columns }: { readonly size: number; readonly columns: number },
): boolean {
  for (let j = 0; j < size; j++) {
    const rowJ = j * size;
    for (let i = j; i < size; i++) {
      const rowI = i * size;
      let sum = a[rowI + j]!;
      for (let k = 0; k < j; k++) sum -= a[rowI + k]! * a[rowJ + k]!;
      if (i > j) a[rowI + j] = sum / a[rowJ + j]!;
      else if (sum > 0) a[rowI + j] = Math.sqrt(sum);
      else return false;
    }
  }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtractRow(b, { to: i, from: k, columns }, a[i * size + k]!);
    divideRow(b, { row: i, columns }, a[i * size + i]!);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) {
      subtractRow(b, { to: i, from: k, columns }, a[k * size + i]!);
    }
    divideRow(b, { row: i, columns }, a[i * size + i]!);
  }
  return true;
}

function subtractRow(
  b: Float64Array,
  { to, from, columns }: { readonly to: number; readonly from: number; readonly columns: number },
  factor: number,
): void {
  const [x, y] = [to * columns, from * columns];
  for (let c = 0; c < columns; c++) b[x + c]! -= factor * b[y + c]!;
}

function divideRow(
  b: Float64Array,
  { row, columns }: { readonly row: number; readonly columns: number },
  divisor: number,
): void {
  for (let c = row * columns; c < (row + 1) * columns; c++) b[c]! /= divisor;
}
