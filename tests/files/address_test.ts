/** Addresses: what is shown of them, and GDAL's ways of writing them. */

import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, redacted, shownAddress } from "../../core/mod.ts";
import { gdalNameHint, openByteSource, pathInAddress, pathOf } from "../../files/mod.ts";

Deno.test("shownAddress() leaves out user, password, query string and fragment", () => {
  const cases = {
    "https://h/a.tif?sig=S": "https://h/a.tif",
    "https://u:S@h:8080/a.tif#S": "https://h:8080/a.tif",
    "HTTPS://u:p@S@h/a.tif": "HTTPS://h/a.tif",
    "https://u:S/S@h/a.tif": "https://h/a.tif",
    "s3://u:S@bucket/key?S=S": "s3://bucket/key",
    "https://h?S": "https://h",
    "https://[::1]:80/a?S": "https://[::1]:80/a",
    "https://h:80/a@b.tif": "https://h:80/a@b.tif",
    "folder/a?b#c.tif": "folder/a?b#c.tif",
    "file:///a/b.tif": "file:///a/b.tif",
  };
  for (const [address, shown] of Object.entries(cases)) assertEquals(shownAddress(address), shown);
});

Deno.test("redacted() finds addresses in texts", () => {
  const cases = {
    "Cannot read https://h/a.tif?sig=S: no": "Cannot read https://h/a.tif: no",
    "a https://u:S@h/a, (http://h/b?S); 'http://h/c?S'":
      "a https://h/a, (http://h/b); 'http://h/c'",
    "/vsicurl/https://h/a?S=S&u=https://x/y?S": "/vsicurl/https://h/a",
    '{"path":"https://h/a?S","b":1}': '{"path":"https://h/a","b":1}',
    "no address: ://?S a://": "no address: ://?S a://",
  };
  for (const [text, shown] of Object.entries(cases)) assertEquals(redacted(text), shown);
  assertEquals(new InputError("x https://h/a?S").message, "x https://h/a");
});

Deno.test("redacted() takes linear time", () => {
  const start = performance.now();
  for (const text of ["a", "a://", "https://a?", "://", "https://u:p/", "@"]) {
    redacted(text.repeat(200_000));
    shownAddress("https://" + text.repeat(200_000));
  }
  assertLess(performance.now() - start, 5000);
});

Deno.test("pathInAddress() has no host and no query string", () => {
  assertEquals(pathInAddress("https://h/2018/a%20b.tif?st=2026-11-29"), "/2018/a b.tif");
  assertEquals(pathInAddress("https://h"), "");
  assertEquals(pathInAddress("https://h/%zz.tif"), "/%zz.tif");
  assertEquals(pathInAddress("a/b?c.tif"), "a/b?c.tif");
});

Deno.test("gdalNameHint() explains GDAL's names of files", async () => {
  const hints: Readonly<Record<string, string>> = {
    "/vsicurl/https://example.org/a.tif?sig=S":
      "pass the address itself: https://example.org/a.tif",
    "/vsicurl_streaming/http://example.org/a.tif": "http://example.org/a.tif",
    "/vsizip/a.zip/a.tif": "unpack the archive",
    "/vsitar//data/a.tar.gz/a.tif": "unpack the archive",
    "/vsizip/vsicurl/https://example.org/a.zip/a.tif": "unpack the archive",
    "/vsis3/bucket/a.tif": "https://BUCKET.s3.amazonaws.com/KEY",
    "/vsigs/bucket/a.tif": "https://storage.googleapis.com/BUCKET/KEY",
    "/vsiaz_streaming/c/a.tif": "blob.core.windows.net",
    "/vsimem/a.tif": "/vsimem/ is GDAL's way",
    "/vsicurl?use_head=no&url=https%3A%2F%2Fexample.org": "GDAL's way",
    'NETCDF:"a.nc":reflectance': "gdal_translate",
    "HDF4_EOS:EOS_GRID:a.hdf:MOD_Grid:sur_refl_b01": "gdal_translate",
    "SENTINEL2_L1C:MTD_MSIL1C.xml:10m:EPSG_32633": "gdal_translate",
    "GTIFF_DIR:2:a.tif": "gdal_translate",
  };
  for (const [name, words] of Object.entries(hints)) {
    const hint = gdalNameHint(name);
    assert(hint !== undefined, name);
    assertStringIncludes(hint, words);
    await assertRejects(() => openByteSource(name), TypeError, hint);
  }
  for (const name of ["a.tif", "/data/vsizip/a.tif", "C:\\a.tif", "C:/a.tif", "/vsi.tif"]) {
    assertEquals(gdalNameHint(name), undefined, name);
  }
});

Deno.test("pathOf() leaves file addresses alone that name a host or are malformed", async () => {
  assertEquals(pathOf("file:///a/b%20c.tif"), "/a/b c.tif");
  assertEquals(pathOf("file://localhost/a.tif"), "/a.tif");
  for (const address of ["file://host/a.tif", "file:///%E0%A4%A", "file://file://", "file://["]) {
    assertEquals(pathOf(address), address);
    assertEquals(pathInAddress(address).includes("/etc"), false);
    await assertRejects(() => openByteSource(address), TypeError, "must be a path or an http(s)");
  }
});
