/** Order statistics by quickselect: the value at a place of the sorted values, without sorting them. @module */

/**
 * Value at index `k` of the sorted values, as of `values.toSorted()[k]`.
 *
 * @param values Numbers without NaN; they stay as they are.
 * @param k Index, 0 ≤ k < length.
 */
export function orderStatistic(values: Float32Array, k: number): number {
  const list = values.slice();
  let [first, last] = [0, list.length - 1];
  while (first < last) {
    const pivot = middleOf(list[first]!, list[(first + last) >> 1]!, list[last]!);
    let [i, j] = [first, last];
    while (i <= j) {
      while (list[i]! < pivot) i++;
      while (list[j]! > pivot) j--;
      if (i > j) break;
      const value = list[i]!;
      list[i++] = list[j]!;
      list[j--] = value;
    }
    if (k <= j) last = j;
    else if (k >= i) first = i;
    else return list[k]!;
  }
  return list[k]!;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
