/**
 * Interface of random access to the bytes of a file.
 *
 * @module
 */

/** An open file, read by ranges of bytes. */
export interface ByteSource {
  /** Size in bytes; infinite if the server does not report it. */
  readonly size: number;
  /**
   * Reads `length` bytes from `offset`, or fewer at the end of the file.
   *
   * @throws {TypeError} If the file has changed since it was opened, or a server sends another
   *   range than the one that was asked for.
   */
  read(offset: number, length: number): Promise<ArrayBuffer>;
  /** Closes the file; does nothing the second time. */
  close(): void;
}
