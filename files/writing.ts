/**
 * Errors of the operating system as messages that name the output file and the remedy.
 *
 * @module
 */

import { dirname } from "node:path";
import { OutputError } from "../core/mod.ts";
import { isAddress, pathOf } from "./address.ts";
import { hasCode, isDiskFull } from "./error_codes.ts";

/** The disk is full or read-only: no other file on it can be written either. */
export class DiskError extends OutputError {}

/** The condition that the error violates, with a remedy; undefined for other errors. */
function reason(error: unknown, path: string): string | undefined {
  const folder = dirname(path);
  const { errors } = Deno;
  if (error instanceof errors.NotCapable) {
    return `Deno must be allowed to read and write ${folder}; add ` +
      `--allow-read=${folder} --allow-write=${folder}`;
  }
  if (isDiskFull(error)) {
    return "the disk must have free space, got a full disk; free some space or choose another disk";
  }
  if (hasCode(error, "EROFS")) {
    return `${folder} must be writable, got a read-only file system; choose another folder`;
  }
  if (hasCode(error, "EFBIG")) {
    return "the file system must allow files of this size; choose another";
  }
  if (hasCode(error, "ENAMETOOLONG")) return "the name must be shorter; choose another";
  if (error instanceof errors.PermissionDenied) {
    return `${folder} must be writable, got permission denied; choose another folder or change ` +
      "its permissions";
  }
  if (error instanceof errors.NotFound) return `the folder ${folder} must exist; create it`;
  if (error instanceof errors.NotADirectory) return `${folder} must be a folder; choose another`;
  if (error instanceof errors.IsADirectory) return "it must name a file, got a folder";
  if (error instanceof Error && "code" in error) {
    return `the operating system must allow it, got ${error.message}`;
  }
  return undefined;
}

/** An {@linkcode OutputError} that says why `path` cannot be written; other errors unchanged. */
function outputError(path: string, error: unknown): unknown {
  const why = error instanceof OutputError ? undefined : reason(error, path);
  if (why === undefined) return error;
  const isDisk = isDiskFull(error) || hasCode(error, "EROFS");
  return new (isDisk ? DiskError : OutputError)(`Cannot write ${path}: ${why}`, { cause: error });
}

/**
 * Runs `work` and turns file system errors into an {@linkcode OutputError} that says why `path`
 * cannot be written.
 *
 * @throws {OutputError} In place of an error of the operating system.
 */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw outputError(path, error);
  }
}

/** Same as {@linkcode writing} for work that waits for the disk. */
export function writingSync<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw outputError(path, error);
  }
}

/**
 * Creates the folder of a file, and those above it.
 *
 * @throws {OutputError} If it cannot be created, or if the file is an address.
 */
export async function makeFolderOf(file: string): Promise<void> {
  const path = pathOf(file);
  if (isAddress(path)) {
    throw new OutputError(
      `Cannot write ${file}: it must be a path, got an address; write it here and upload it`,
    );
  }
  await makeFolder(dirname(path), file);
}

/**
 * Creates a folder and those above it; does nothing if it exists.
 *
 * @param file Name of the file that needs it, for the error. Default the folder.
 * @throws {OutputError} If it cannot be created.
 */
export async function makeFolder(path: string, file: string = path): Promise<void> {
  await writing(file, async () => {
    try {
      await Deno.mkdir(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      throw new OutputError(`Cannot write ${file}: ${path} must be a folder; choose another`);
    }
  });
}
