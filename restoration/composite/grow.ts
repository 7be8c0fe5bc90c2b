/** Growth of what is hidden. @module */

/** Flags the pixels of class 0 with no other class within `grow` rows and columns. */
export function withoutRim(
  mask: Uint8Array,
  { height, width, grow }: {
    readonly height: number;
    readonly width: number;
    readonly grow: number;
  },
): Uint8Array {
  const hidden = mask.map((value) => value === 0 ? 0 : 1);
  const [columns, rows] = [{ count: height, step: width }, { count: width, step: 1 }];
  if (grow > 0) {
    for (let y = 0; y < height; y++) growLine(hidden, { ...rows, first: y * width, grow });
    for (let x = 0; x < width; x++) growLine(hidden, { ...columns, first: x, grow });
  }
  return hidden.map((value) => 1 - value);
}

/** Sets what lies within `grow` of a flag on one line of pixels. */
function growLine(
  flags: Uint8Array,
  { first, step, count, grow }: {
    readonly first: number;
    readonly step: number;
    readonly count: number;
    readonly grow: number;
  },
): void {
  let last = -1;
  let until = -1;
  for (let i = 0; i < count; i++) {
    const flagged = flags[first + i * step] !== 0;
    if (flagged) until = i + grow;
    if (i > until) continue;
    const from = flagged ? Math.max(last + 1, i - grow) : i;
    for (let j = from; j <= i; j++) flags[first + j * step] = 1;
    last = i;
  }
}
