/**
 * Paths and addresses: which is which, and the names in them.
 *
 * @module
 */

import { namedCommand, shownAddress } from "../core/mod.ts";

/** True for an address with a scheme, such as `https://…`; false for a path. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/**
 * The path that a `file:` URL names; paths and other addresses are returned unchanged, and so is a
 * `file:` URL that names a host or is malformed, which no reader opens.
 */
export function pathOf(source: string | URL): string {
  const text = String(source);
  if (!/^file:/i.test(text)) return text;
  const url = URL.parse(text);
  if (url === null || (url.host !== "" && url.host !== "localhost")) return text;
  try {
    return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  } catch {
    return text;
  }
}

/**
 * The path in an address, without host and query string; a path unchanged. Dates, bands and
 * products are looked for in it.
 */
export function pathInAddress(source: string | URL): string {
  const text = shownAddress(pathOf(source));
  if (!isAddress(text)) return text;
  const path = text.replace(/^[^:]+:\/\/[^/]*/, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The rule that an address breaks, and the value found. */
export function unknownScheme(address: string): string {
  const scheme = /^[^:]*/.exec(address)![0].toLowerCase();
  return scheme === "file"
    ? `it must be a path or an http(s) address, got a file address that names a host or is ` +
      "malformed; pass the path"
    : `it must be a path or an http(s) address, got ${scheme}://; use the file's https address or ` +
      "download it first";
}

/** GDAL's names of compressed archives that it reads as folders. */
const ARCHIVES: readonly string[] = ["vsizip", "vsitar", "vsigzip", "vsi7z", "vsirar"];
/** GDAL's names of cloud storages, with the form of their https addresses. */
const STORAGES: Readonly<Record<string, string>> = {
  vsis3: "https://BUCKET.s3.amazonaws.com/KEY",
  vsigs: "https://storage.googleapis.com/BUCKET/KEY",
  vsiaz: "https://ACCOUNT.blob.core.windows.net/CONTAINER/KEY",
  vsiadls: "https://ACCOUNT.blob.core.windows.net/CONTAINER/KEY",
  vsioss: "https://BUCKET.REGION.aliyuncs.com/KEY",
  vsiswift: "the object's https address",
};
/** Prefixes of GDAL drivers that name a dataset inside a file. */
const DRIVERS =
  /^(?:NETCDF|HDF4|HDF5|HDF4_SDS|HDF4_EOS|HDF4_EOS_GRID|ZARR|EOPFZARR|SENTINEL2_[A-Z0-9_]{1,20}|GTIFF_DIR|GTIFF_RAW|GPKG|WMS|WMTS|WCS|DERIVED_SUBDATASET|SAFE|JP2ECW|PG|STACIT|STACTA|TILEDB|VRT):/i;

/**
 * Explains GDAL's own way of naming a file, such as `/vsicurl/https://…` or `NETCDF:file:variable`,
 * and names what to pass instead; undefined for other names.
 */
export function gdalNameHint(name: string): string | undefined {
  const curl = /^\/vsicurl(?:_streaming)?\/(https?:\/\/.*)$/is.exec(name)?.[1];
  if (curl !== undefined) {
    return `/vsicurl/ is GDAL's way of writing an address; pass the address itself: ` +
      shownAddress(curl);
  }
  const prefix = /^\/(vsi[a-z0-9_]{1,30})(?=[/?])/i.exec(name)?.[1]?.toLowerCase();
  if (prefix !== undefined) {
    const plain = prefix.replace(/_streaming$/, "");
    if (ARCHIVES.includes(plain)) {
      return `/${prefix}/ is GDAL's way of looking into an archive; unpack the archive and pass ` +
        "the path of the file";
    }
    const form = STORAGES[plain];
    return `/${prefix}/ is GDAL's way of naming a file; ` +
      (form === undefined
        ? namedCommand(
          "pass its path or its https address, or copy it first: gdal_translate IN OUT.tif",
          name,
        )
        : `pass its https address (${form}), or download it first`);
  }
  const driver = DRIVERS.exec(name)?.[0];
  if (driver === undefined) return undefined;
  return `${driver} is GDAL's way of naming a dataset inside a file; export it first: ` +
    namedCommand("gdal_translate IN OUT.tif", name);
}
