/**
 * Doubts about the dates of a series.
 *
 * @module
 */

/**
 * Lines about dates that are unknown or occur twice; none for one input.
 *
 * @param dates Dates in the order of the series; undefined if unknown.
 */
export function dateDoubts(
  dates: readonly (string | undefined)[],
  { paths, reference }: { readonly paths: readonly string[]; readonly reference: number },
): readonly string[] {
  if (dates.length < 2) return [];
  const unknown = paths.filter((_, l) => dates[l] === undefined);
  const known = Map.groupBy(
    paths.keys().filter((l) => dates[l] !== undefined),
    (l) => dates[l]!,
  );
  const twice = [...known].filter(([, which]) => which.length > 1);
  return [
    ...(unknown.length === 0 ? [] : [
      `no date in the name of ${unknown.join(", ")} (2018-03-07 or 20180307); the order given ` +
      `counts, and ${paths[reference]} is restored; state dates: --date 2018-03-07 for each input`,
    ]),
    ...twice.map(([date, which]) =>
      `${which.map((l) => paths[l]).join(" and ")} have one date, ${date}; if they are parts of ` +
      "one image, mosaic them first"
    ),
  ];
}
