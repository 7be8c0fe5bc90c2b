/** Sizes and memory layout of an attention. @module */

/** Memory layout of the vectors of a token's heads. */
export interface Layout {
  /** Elements from token to token. */
  readonly stride: number;
  /** Elements before the first head. */
  readonly offset: number;
}

/** Sizes of an attention. */
export interface AttentionSpec {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly heads: number;
  /** Channels of a head, a multiple of 4. */
  readonly size: number;
  /** Side of the neighborhood; 0 for all tokens. */
  readonly kernel: number;
  /** Multiply in float16 in the forward pass; sums are float32. */
  readonly float16?: boolean;
}

/** Layouts of queries, keys and values, which may share a tensor. */
export interface AttentionLayouts {
  readonly q: Layout & { readonly input: "q" };
  readonly k: Layout & { readonly input: "q" | "k" };
  readonly v: Layout & { readonly input: "q" | "k" | "v" };
}

/** Names of the inputs in the order of their bindings. */
export function attentionInputs({ q, k, v }: AttentionLayouts): string[] {
  return [...new Set<string>([q.input, k.input, v.input])];
}

/** Operations of one product over all pairs that see each other. */
export function productFlops(
  { images, height, width, heads, size, kernel }: AttentionSpec,
): number {
  const tokens = height * width;
  return 2 * images * heads * tokens * (kernel === 0 ? tokens : kernel ** 2) * size;
}

export function nameOf(
  what: string,
  { images, height, width, heads, size, kernel }: AttentionSpec,
) {
  return `${what} ${images}×${height}×${width}×${heads}×${size}` +
    (kernel === 0 ? "" : ` of ${kernel}×${kernel}`);
}
