/**
 * Reader of LPIPS weights from the published files: torchvision's AlexNet or VGG16, and the linear
 * heads of the lpips project.
 *
 * @module
 */

import { InputError } from "../core/mod.ts";
import { sha256Stream } from "../files/mod.ts";
import {
  createLpips,
  type Lpips,
  type LpipsNet,
  type LpipsParameter,
  lpipsShapes,
} from "../metrics/mod.ts";
import { fileSource } from "./local_source.ts";
import { CheckpointError, inFile, showShape } from "./errors.ts";
import { parseSafetensors } from "./safetensors.ts";
import { type StoredTensor, toFloat32 } from "./stored_tensor.ts";
import { isTorchFile, openTorchFile, TorchTensor } from "./torch_file.ts";

/** LPIPS with the digest of its parameters. */
export interface LoadedLpips extends Lpips {
  /** SHA-256 of the parameters, independent of the files that hold them. */
  readonly digest: string;
}

/** A tensor that is read on demand. */
interface Unread {
  readonly shape: readonly number[];
  read(): StoredTensor;
}

/** Networks by the shape of their first layer. */
const FIRST: Readonly<Record<string, LpipsNet>> = {
  "[64, 3, 11, 11]": "alex",
  "[64, 3, 3, 3]": "vgg",
};

/** Tensors of the files that LPIPS does not use: classifiers, constants, duplicates of the heads. */
const OTHERS = /^(classifier|scaling_layer|lins)\./;

function fail(what: string): never {
  throw new CheckpointError(`Cannot read weights of LPIPS: ${what}`);
}

/** Returns torchvision's name or the head's; undefined for a tensor that LPIPS does not use. */
function plainName(name: string): string | undefined {
  const [, features] = name.match(/^(?:features|net\.slice[1-5])\.(\d+\.(?:weight|bias))$/) ?? [];
  if (features !== undefined) return `features.${features}`;
  const [, head] = name.match(/^(lin[0-4])\.model\.1\.weight$/) ?? [];
  if (head !== undefined) return head;
  if (OTHERS.test(name)) return undefined;
  return fail(
    `names must be those of torchvision's AlexNet or VGG16 (features.0.weight) or of lpips ` +
      `(lin0.model.1.weight), got ${name}`,
  );
}

/** Reads the tensors of a file by their plain names. */
function readParams(path: string | URL): ReadonlyMap<string, LpipsParameter> {
  using source = openSource(path);
  return inFile(path, () => {
    const state = isTorchFile(source)
      ? torchState(openTorchFile(source))
      : Object.entries(parseSafetensors(source.read(0, source.size)).tensors)
        .map(([name, tensor]) => [name, { shape: tensor.shape, read: () => tensor }] as const);
    const params = new Map<string, LpipsParameter>();
    for (const [name, { shape, read }] of state) {
      const plain = plainName(name);
      if (plain === undefined) continue;
      if (params.has(plain)) fail(`${plain} must occur once, got it twice`);
      params.set(plain, { shape, data: toFloat32(read()) });
    }
    return params;
  });
}

function openSource(path: string | URL) {
  try {
    return fileSource(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `Cannot read weights of LPIPS: ${path} must be a file, got none; docs/metrics.md lists the ` +
        "downloads",
      { cause: error },
    );
  }
}

function torchState(root: unknown): (readonly [string, Unread])[] {
  const state = root instanceof Map && root.has("state_dict") ? root.get("state_dict") : root;
  if (!(state instanceof Map)) return fail("the file must hold a state_dict, not a whole model");
  return [...state].map(([name, tensor]) => {
    if (typeof name !== "string" || !(tensor instanceof TorchTensor)) {
      return fail(`a state_dict must hold tensors by name, got ${String(name)}`);
    }
    return [name, { shape: tensor.shape, read: () => tensor.read() }] as const;
  });
}

function netOf(params: ReadonlyMap<string, LpipsParameter>): LpipsNet {
  const first = params.get("features.0.weight")?.shape;
  if (first === undefined) {
    return fail("the network is missing: give torchvision's file of AlexNet or VGG16 too");
  }
  return FIRST[showShape(first)] ?? fail(
    `features.0.weight must be [64, 3, 11, 11] (AlexNet) or [64, 3, 3, 3] (VGG16), got ` +
      showShape(first),
  );
}

/** Returns the SHA-256 of the parameters in the order of the network. */
function digestOf(net: LpipsNet, params: Readonly<Record<string, LpipsParameter>>): string {
  const hash = sha256Stream().update(`lpips v0.1 ${net}`);
  for (const name of Object.keys(lpipsShapes(net))) {
    hash.update(`\n${name}\n`).update(params[name]!.data);
  }
  return hash.hex();
}

/**
 * Reads LPIPS v0.1 from one file that holds everything, or from two: the network (torchvision's
 * `alexnet-owt-*.pth` or `vgg16-*.pth`) and the heads (`weights/v0.1/alex.pth` or `vgg.pth` of the
 * lpips project), in any order. A file is from `torch.save`, old or new, or safetensors with the same
 * names; nothing in it is executed.
 *
 * @param paths One file or a list.
 * @returns LPIPS; the caller disposes it.
 * @throws {InputError} If a file does not exist.
 * @throws {CheckpointError} If a file is damaged or unsafe, or names, shapes or values do not fit the
 *   network.
 *
 * @example
 * ```ts
 * import { readLpips } from "./lpips.ts";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => readLpips("no_such_file.pth"), TypeError, "docs/metrics.md");
 * ```
 */
// deno-lint-ignore require-await -- errors are rejections.
export async function readLpips(
  paths: string | URL | readonly (string | URL)[],
): Promise<LoadedLpips> {
  const list = typeof paths === "string" || paths instanceof URL ? [paths] : paths;
  const all = new Map<string, LpipsParameter>();
  for (const path of list) {
    for (const [name, param] of readParams(path)) {
      if (all.has(name)) {
        fail(`${name} must be in one of the files, got it in two: ${list.join(", ")}`);
      }
      all.set(name, param);
    }
  }
  return inFile(list.join(", "), () => {
    const net = netOf(all);
    if (!all.has("lin0")) {
      fail(`the heads are missing: give the file weights/v0.1/${net}.pth of the lpips project too`);
    }
    const params = Object.fromEntries(all);
    try {
      return { ...createLpips({ net, params }), digest: digestOf(net, params) };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new CheckpointError(error.message, { cause: error });
    }
  });
}
