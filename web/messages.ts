/** Messages between the page and its worker. @module */

/** A date as the page lists it. */
export interface ListedDate {
  /** Path in the worker's files. */
  readonly path: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly bands: number;
}

/** A picture in colors, for a canvas. */
export interface ColorPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Source of the restored pixels: a model, or only the dates themselves. */
export type Method = "model" | "composite";

/** Requests of the page. */
export type Request =
  | { readonly type: "start"; readonly engine: "auto" | "webgpu" | "wasm" }
  | { readonly type: "open"; readonly files: readonly File[] }
  | { readonly type: "sample" }
  | { readonly type: "remove"; readonly path: string }
  | {
    readonly type: "restore";
    readonly paths: readonly string[];
    readonly reference: string;
    readonly method: Method;
  }
  | { readonly type: "cancel" };

/** A file to download. */
export interface MadeFile {
  readonly name: string;
  readonly blob: Blob;
}

/** Answers of the worker. */
export type Answer =
  | { readonly type: "ready"; readonly engine: string; readonly reason: string }
  | { readonly type: "dates"; readonly dates: readonly ListedDate[] }
  | { readonly type: "log"; readonly line: string }
  | {
    readonly type: "progress";
    readonly stage: string;
    readonly done: number;
    readonly total: number;
  }
  | { readonly type: "error"; readonly message: string; readonly isFatal?: boolean }
  | { readonly type: "canceled" }
  | {
    readonly type: "result";
    readonly text: string;
    readonly before: ColorPicture;
    readonly after: ColorPicture;
    readonly provenance: ColorPicture;
    readonly files: readonly MadeFile[];
  };
