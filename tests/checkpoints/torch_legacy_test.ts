import { assertEquals, assertThrows } from "@std/assert";
import { memorySource } from "../../checkpoints/local_source.ts";
import { CheckpointError } from "../../checkpoints/mod.ts";
import { isTorchFile, openTorchFile, type TorchTensor } from "../../checkpoints/torch_file.ts";
import { bytesOf, legacyTorchFile, pickle, tensor, text } from "./torch_fixture.ts";

/**
 * Written by PyTorch 2.13 with `_use_new_zipfile_serialization=False`: w = arange(4)/8 as "lin0.model.1.weight" [1, 4, 1, 1],
 * w[1:3] as "view", arange(6).reshape(2, 3).t() as "turned", [0.5, −2] of float16 as "half".
 */
const GENUINE =
  "gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRp" +
  "YW5xAohYCgAAAHR5cGVfc2l6ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6A" +
  "AmNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxAClScQEoWBMAAABsaW4wLm1vZGVsLjEud2VpZ2h0cQJjdG9yY2guX3V0" +
  "aWxzCl9yZWJ1aWxkX3RlbnNvcl92MgpxAygoWAcAAABzdG9yYWdlcQRjdG9yY2gKRmxvYXRTdG9yYWdlCnEFWA4AAAA5" +
  "NDMyMDc1Mzg3NTc0NHEGWAMAAABjcHVxB0sETnRxCFFLAChLAUsESwFLAXRxCShLBEsBSwFLAXRxColoAClScQt0cQxS" +
  "cQ1YBgAAAHR1cm5lZHEOaAMoKGgEaAVYDgAAADk0MzIwODM5Mjk3NTY4cQ9oB0sGTnRxEFFLAEsDSwKGcRFLAUsDhnES" +
  "iWgAKVJxE3RxFFJxFVgEAAAAdmlld3EWaAMoKGgEaAVYDgAAADk0MzIwNzUzODc1NzQ0cRdoB0sETnRxGFFLAUsChXEZ" +
  "SwGFcRqJaAApUnEbdHEcUnEdWAQAAABoYWxmcR5oAygoaARjdG9yY2gKSGFsZlN0b3JhZ2UKcR9YDgAAADk0MzIwNzU0" +
  "MTE1NzQ0cSBoB0sCTnRxIVFLAEsChXEiSwGFcSOJaAApUnEkdHElUnEmdS6AAl1xAChYDgAAADk0MzIwNzUzODc1NzQ0" +
  "cQFYDgAAADk0MzIwNzU0MTE1NzQ0cQJYDgAAADk0MzIwODM5Mjk3NTY4cQNlLgQAAAAAAAAAAAAAAAAAAD4AAIA+AADA" +
  "PgIAAAAAAAAAADgAwAYAAAAAAAAAAAAAAAAAgD8AAABAAABAQAAAgEAAAKBA";

const bytes = Uint8Array.from(atob(GENUINE), (character) => character.charCodeAt(0));

/** Reads a file of a dictionary of tensors. */
function read(file: Uint8Array): Record<string, { shape: readonly number[]; data: number[] }> {
  const state = openTorchFile(memorySource(file)) as Map<string, TorchTensor>;
  return Object.fromEntries(
    [...state].map(([name, tensor]) => {
      const { shape, data } = tensor.read();
      return [name, { shape, data: Array.from(data, Number) }];
    }),
  );
}

Deno.test("files of PyTorch before 1.6 are read as PyTorch reads them", () => {
  assertEquals(isTorchFile(memorySource(bytes)), true);
  assertEquals(read(bytes), {
    "lin0.model.1.weight": { shape: [1, 4, 1, 1], data: [0, 0.125, 0.25, 0.375] },
    turned: { shape: [3, 2], data: [0, 3, 1, 4, 2, 5] },
    view: { shape: [2], data: [0.125, 0.25] },
    // Halves stay the bits that they are.
    half: { shape: [2], data: [0x3800, 0xC000] },
  });
});

Deno.test("a truncated file of PyTorch before 1.6 is refused wherever it ends", () => {
  for (let size = 15; size < bytes.length; size++) {
    assertThrows(() => read(bytes.slice(0, size)), CheckpointError);
  }
});

const storages = { a: Float32Array.of(1, 2, 3), b: Float32Array.of(4) };
const dictionary = pickle(
  "}(",
  bytesOf(text("x"), tensor("a", { shape: [3], stride: [1], count: 3 })),
  bytesOf(text("y"), tensor("b", { shape: [1], stride: [1], count: 1 })),
  "u",
);

Deno.test("storages are found by their keys, in whatever order they are", () => {
  const { a, b } = storages;
  const found = read(legacyTorchFile(dictionary, { b, a }));
  assertEquals([found.x!.data, found.y!.data], [[1, 2, 3], [4]]);
});

Deno.test("files of PyTorch before 1.6 that lie are refused", () => {
  const refused = (file: Uint8Array, message: string) =>
    assertThrows(() => read(file), CheckpointError, message);
  refused(legacyTorchFile(dictionary, storages, { version: 1000 }), "must be 1001, got 1000");
  refused(legacyTorchFile(dictionary, storages, { littleEndian: false }), "little-endian");
  refused(legacyTorchFile(dictionary, storages, { keys: ["a", "a"] }), "name each once, got a");
  refused(legacyTorchFile(dictionary, storages, { keys: ["a", "c"] }), "name each once, got c");
  refused(legacyTorchFile(dictionary, { a: storages.a }), "storage b must be in the file");
  refused(legacyTorchFile(dictionary, storages, { counts: { b: 2 } }), "1 elements, got 2");
  const unsafe = pickle("cos\nsystem\n(", text("true"), "tR");
  refused(legacyTorchFile(unsafe, {}), "os.system");
});
