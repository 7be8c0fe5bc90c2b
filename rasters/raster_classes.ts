/**
 * Classes of a raster: their colours as the colour table of a TIFF, and their names in GDAL's sidecar
 * `NAME.tif.aux.xml`, because no tag of a TIFF holds category names that GDAL reads.
 *
 * @module
 */

/** A class of a raster of classes. */
export interface RasterClass {
  /** Name in the legend. */
  readonly name: string;
  /** Red, green and blue, 0 to 255. */
  readonly color: readonly [number, number, number];
}

/** Values of a raster of 8 bits. */
const VALUES = 256;

/** The ColorMap tag: 256 values of 16 bits for red, then for green, then for blue. */
export function colorMap(classes: readonly RasterClass[]): readonly number[] {
  return [0, 1, 2].flatMap((channel) =>
    Array.from({ length: VALUES }, (_, value) => 257 * (classes[value]?.color[channel] ?? 0))
  );
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The sidecar with the names of the classes, by value from 0. */
export function classNamesXml(classes: readonly RasterClass[]): string {
  return [
    "<PAMDataset>",
    '  <PAMRasterBand band="1">',
    "    <CategoryNames>",
    ...classes.map(({ name }) => `      <Category>${escape(name)}</Category>`),
    "    </CategoryNames>",
    "  </PAMRasterBand>",
    "</PAMDataset>",
    "",
  ].join("\n");
}
