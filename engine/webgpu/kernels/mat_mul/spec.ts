/** Operands, layouts and fused steps of a matrix product. @module */

/** A product C = A·B, batch by batch. */
export interface MatMulSpec {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is [k, m]. */
  readonly transposeA?: boolean;
  /** B is [n, k]. */
  readonly transposeB?: boolean;
  /** One A, or one B, for all batches. */
  readonly sharedA?: boolean;
  readonly sharedB?: boolean;
  /** Column scales of A, not transposed: [groups, k]; m/groups rows follow each other in a group. */
  readonly columnScale?: { readonly groups: number };
  /** Rows of A over the root of their mean square + this. */
  readonly normalise?: number;
  /** Added to every number of the output. */
  readonly plus?: number;
  /** [n], added. */
  readonly bias?: boolean;
  /** B has 2·n columns; the output is value·GELU(gate), the gate from column n on. */
  readonly gated?: boolean;
  /** Added to the output, like it. */
  readonly residual?: boolean;
  /** A's rows (columns if transposed) are patches of an image [.., height, width, channels]. */
  readonly patchesIn?: Patches;
  /** B's rows are patches of an image. */
  readonly patchesOfB?: Patches;
  /** The output's rows are patches of an image. */
  readonly patchesOut?: Patches;
  /** Multiply in float16; sums over more than a tile's depth are float32. */
  readonly float16?: boolean;
  /** B is float16, four numbers at a time. */
  readonly halfB?: boolean;
}

/** Patches of an image. */
export interface Patches {
  /** Tokens along the image's axes. */
  readonly tokenRows: number;
  readonly tokenColumns: number;
  /** Pixels of a patch along them. */
  readonly patchRows: number;
  readonly patchColumns: number;
  /** Of a pixel. */
  readonly channels: number;
}

/** Inputs in the order of their bindings. */
export function matMulInputs(spec: MatMulSpec): string[] {
  return [
    "a",
    "b",
    ...(spec.columnScale === undefined ? [] : ["columnScale"]),
    ...(spec.bias ? ["bias"] : []),
    ...(spec.residual ? ["residual"] : []),
  ];
}

/** Numbers of A that follow each other in memory and in the product's row (or column). */
export function contiguousA({ m, k, transposeA, patchesIn }: MatMulSpec): number {
  if (patchesIn !== undefined) return rowOfPatch(patchesIn);
  return transposeA ? m : k;
}

/** The same for B. */
export function contiguousB({ k, transposeB, patchesOfB }: MatMulSpec, columns: number): number {
  if (patchesOfB !== undefined) return rowOfPatch(patchesOfB);
  return transposeB ? k : columns;
}

/** Numbers of one pixel row of a patch. */
export function rowOfPatch({ patchColumns, channels }: Patches): number {
  return patchColumns * channels;
}
