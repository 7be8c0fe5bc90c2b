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
  /** The same A, or the same B, for all batches. */
  readonly sharedA?: boolean;
  readonly sharedB?: boolean;
  /** Column scales of A [groups, k]; a group has m/groups consecutive rows. A must not be transposed. */
  readonly columnScale?: { readonly groups: number };
  /** Divide rows of A by the root of their mean square plus this. */
  readonly normalise?: number;
  /** Constant added to the output. */
  readonly plus?: number;
  /** Add a bias [n]. */
  readonly bias?: boolean;
  /** B has 2·n columns; the output is value·GELU(gate), the gate from column n on. */
  readonly gated?: boolean;
  /** Add a tensor like the output. */
  readonly residual?: boolean;
  /** A's rows (columns if transposed) are patches of an image [.., height, width, channels]. */
  readonly patchesIn?: Patches;
  /** B's rows are patches of an image. */
  readonly patchesOfB?: Patches;
  /** The output's rows are patches of an image. */
  readonly patchesOut?: Patches;
  /** Multiply in float16; sums over more than a tile's depth are float32. */
  readonly float16?: boolean;
  /** B is stored as float16, four elements at a time. */
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
  /** Channels of a pixel. */
  readonly channels: number;
}

/** Names of the inputs in the order of their bindings. */
export function matMulInputs(spec: MatMulSpec): string[] {
  return [
    "a",
    "b",
    ...(spec.columnScale === undefined ? [] : ["columnScale"]),
    ...(spec.bias ? ["bias"] : []),
    ...(spec.residual ? ["residual"] : []),
  ];
}

/** Elements of A that are consecutive in memory and in the product's row (or column). */
export function contiguousA({ m, k, transposeA, patchesIn }: MatMulSpec): number {
  if (patchesIn !== undefined) return rowOfPatch(patchesIn);
  return transposeA ? m : k;
}

/** The same of B. */
export function contiguousB({ k, transposeB, patchesOfB }: MatMulSpec, columns: number): number {
  if (patchesOfB !== undefined) return rowOfPatch(patchesOfB);
  return transposeB ? k : columns;
}

/** Elements of one pixel row of a patch. */
export function rowOfPatch({ patchColumns, channels }: Patches): number {
  return patchColumns * channels;
}
