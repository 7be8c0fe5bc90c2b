/**
 * Likely mistakes of people who know GDAL and QGIS: how each input is made, the command, and its
 * place in docs/messages.md.
 *
 * @module
 */

/** One mistake. */
export interface Mistake {
  /** Text for the page. */
  readonly mistake: string;
  /** Shell commands that make the inputs in a folder that has {@linkcode GOOD}. */
  readonly make?: string;
  /** Arguments of `emrdm restore` without model, output and engine; `{http}` is a server's address. */
  readonly args: readonly string[];
  /** True if the result is written with a warning instead of refused. Default false. */
  readonly warns?: boolean;
  /** Level of the model. Default "unknown". */
  readonly level?: "L1C" | "L2A";
  /** Flags that the message names, with values; the restoration succeeds with them. */
  readonly flags?: readonly string[];
  /** Values for the capital letters of a command, as VALUE. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Sound dates of one place, written before each mistake. */
export const GOOD = ["a_2018-03-07.tif", "b_2018-04-07.tif", "c_2018-05-07.tif"] as const;
const [A, B, C] = GOOD;

/** The mistakes, in the order of the page. */
export const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  "Place and grid": [
    {
      mistake: "a date in another CRS",
      make: `gdalwarp -q -t_srs EPSG:32634 ${A} utm34_2018-03-07.tif`,
      args: ["utm34_2018-03-07.tif", B, C],
    },
    {
      mistake: "another pixel size",
      make: `gdalwarp -q -tr 20 20 ${A} coarse_2018-03-07.tif`,
      args: ["coarse_2018-03-07.tif", B, C],
    },
    {
      mistake: "a grid that is half a pixel off",
      make: `gdal_translate -q -a_ullr 600005 5300005 600645 5299365 ${A} shift_2018-03-07.tif`,
      args: ["shift_2018-03-07.tif", B, C],
    },
    {
      mistake: "a scene of another place",
      make: `gdal_translate -q -a_ullr 700000 5300000 700640 5299360 ${A} far_2018-03-07.tif`,
      args: ["far_2018-03-07.tif", B, C],
    },
    {
      mistake: "ground control points only",
      make: `gdal_translate -q -a_srs EPSG:32633 -gcp 0 0 600000 5300000 ` +
        `-gcp 64 0 600640 5300000 -gcp 0 64 600000 5299360 -gcp 64 64 600640 5299360 ` +
        `${C} gcp_2018-05-07.tif`,
      args: ["gcp_2018-05-07.tif"],
    },
    {
      mistake: "a mask of another size",
      make:
        `gdal_translate -q -srcwin 0 0 40 40 -b 1 -ot Byte -scale 0 10000 0 1 ${C} cut_mask.tif`,
      args: [A, B, C, "--mask", "cut_mask.tif"],
    },
  ],
  "Bands and values": [
    {
      mistake: "bands in another order, without names",
      make: `gdal_translate -q -co PROFILE=GeoTIFF -b 3 -b 2 -b 1 -b 4 ${C} order_2018-05-07.tif`,
      args: ["order_2018-05-07.tif"],
      flags: ["--band-names", "B04,B03,B02,B08"],
    },
    {
      mistake: "a band is missing",
      make: `gdal_translate -q -b 1 -b 2 -b 3 ${C} rgb_2018-05-07.tif`,
      args: ["rgb_2018-05-07.tif"],
    },
    {
      mistake: "an export in 8 bits",
      make: `gdal_translate -q -ot Byte -scale 0 10000 0 255 ${C} byte_2018-05-07.tif`,
      args: ["byte_2018-05-07.tif"],
      warns: true,
    },
    {
      mistake: "reflectance from 0 to 1 as floats",
      make: `gdal_translate -q -ot Float32 -scale 0 10000 0 1 ${C} float_2018-05-07.tif`,
      args: ["float_2018-05-07.tif"],
      warns: true,
    },
    {
      mistake: "values in percent",
      make: `gdal_translate -q -ot Float32 -scale 0 10000 0 100 ${C} percent_2018-05-07.tif`,
      args: ["percent_2018-05-07.tif"],
      warns: true,
      values: { S: "0.01", O: "0" },
    },
    {
      mistake: "DN with the offset of baseline 04.00 and a name that does not say so",
      make: `gdal_translate -q -scale 0 10000 1000 11000 ${C} renamed_2018-05-07.tif`,
      args: ["renamed_2018-05-07.tif"],
      warns: true,
      flags: ["--s2-offset", "-1000"],
    },
    {
      mistake: "a name of baseline 05.00 although the offset was removed (GEE, sen2cor scripts)",
      make: `cp ${C} S2A_MSIL1C_20180507T100021_N0500_R122_T33TUG_20230904T162417.tif`,
      args: ["S2A_MSIL1C_20180507T100021_N0500_R122_T33TUG_20230904T162417.tif"],
      warns: true,
      flags: ["--s2-offset", "0"],
    },
    {
      mistake: "a border of -9999 that no nodata value states",
      make: `gdal_translate -q -ot Int16 -a_nodata none ${C} i.tif && ` +
        `gdalwarp -q -te 599800 5299360 600640 5300000 -dstnodata -9999 i.tif w.tif && ` +
        `gdal_translate -q -a_nodata none w.tif border_2018-05-07.tif`,
      args: ["border_2018-05-07.tif"],
      warns: true,
      values: { VALUE: "-9999" },
    },
    {
      mistake: "a picture (RGB PNG)",
      make:
        `gdal_translate -q -of PNG -ot Byte -scale 0 3000 0 255 -b 3 -b 2 -b 1 ${C} picture.png`,
      args: ["picture.png"],
    },
    {
      mistake: "surface reflectance (L2A) in a model for L1C",
      make: `cp ${C} S2A_MSIL2A_20180507T100021_N0206_R122_T33TUG_20180507T120000.tif`,
      args: ["S2A_MSIL2A_20180507T100021_N0206_R122_T33TUG_20180507T120000.tif"],
      level: "L1C",
      flags: ["--allow-level-mismatch"],
    },
  ],
  "Paths and formats": [
    {
      mistake: "a VRT",
      make: `gdal_translate -q -of VRT ${C} c_2018-05-07.vrt`,
      args: ["c_2018-05-07.vrt"],
    },
    { mistake: "GDAL's /vsicurl/", args: ["/vsicurl/{http}/c_2018-05-07.tif"] },
    { mistake: "GDAL's /vsizip/", args: ["/vsizip/scene_2018-05-07.zip/c_2018-05-07.tif"] },
    {
      mistake: "a ZIP archive",
      make: `python3 -m zipfile -c scene_2018-05-07.zip ${C} && rm ${C}`,
      args: ["scene_2018-05-07.zip"],
    },
    {
      mistake: "a folder of dates instead of one scene",
      make: `mkdir dates && cp ${GOOD.join(" ")} dates`,
      args: ["dates"],
    },
    {
      mistake: "a folder of a SAFE product with two granules",
      make: `mkdir -p P.SAFE/GRANULE/L1C_T33TUG_A1/IMG_DATA P.SAFE/GRANULE/L1C_T33TUH_A1/IMG_DATA`,
      args: ["P.SAFE"],
    },
    {
      mistake: "the granule's folder QI_DATA instead of IMG_DATA",
      make: `mkdir QI_DATA && touch QI_DATA/MSK_CLASSI_B00.gml`,
      args: ["QI_DATA"],
    },
    {
      mistake: "JPEG 2000 that is damaged, or without GDAL",
      make: `head -c 4000 ${C} > T33TUG_20180507T100021_B02.jp2`,
      args: ["T33TUG_20180507T100021_B02.jp2"],
    },
    {
      mistake: "a Windows path in a shell that eats backslashes",
      args: ["C:datascene_2018-05-07.tif"],
    },
    { mistake: "a Windows path under Linux", args: ["C:\\data\\scene_2018-05-07.tif"] },
    {
      mistake: "a server that does not answer ranges",
      args: ["{http}/whole/c_2018-05-07.tif"],
    },
    { mistake: "a web page instead of the file", args: ["{http}/login/c_2018-05-07.tif"] },
    { mistake: "an address that wants a password", args: ["{http}/secret/c_2018-05-07.tif"] },
    {
      mistake: "a file that is cut off",
      make: `head -c 12000 ${C} > cut_2018-05-07.tif`,
      args: ["cut_2018-05-07.tif"],
    },
    {
      mistake: "JPEG inside of a TIFF",
      make:
        `gdal_translate -q -ot Byte -scale 0 10000 0 255 -co COMPRESS=JPEG ${C} jpeg_2018-05-07.tif`,
      args: ["jpeg_2018-05-07.tif"],
    },
  ],
  "Dates": [
    {
      mistake: "names without a date",
      make: `cp ${A} a.tif; cp ${B} b.tif`,
      args: ["a.tif", "b.tif"],
      warns: true,
      flags: ["--date", "2018-03-07", "--date", "2018-04-07"],
    },
    {
      mistake: "the date in European order",
      make: `cp ${A} 07.03.2018.tif; cp ${B} 07.04.2018.tif`,
      args: ["07.03.2018.tif", "07.04.2018.tif"],
      warns: true,
      flags: ["--date", "2018-03-07", "--date", "2018-04-07"],
    },
    {
      mistake: "two files of one date",
      make: `cp ${C} d_2018-05-07.tif`,
      args: [C, "d_2018-05-07.tif"],
      warns: true,
    },
    {
      mistake: "fewer --date than inputs",
      args: [A, B, "--date", "2018-03-07"],
      flags: ["--date", "2018-04-07"],
    },
    {
      mistake: "a --reference that is none of the dates",
      args: [A, B, "--reference", "2018-03-08"],
    },
  ],
};
