/**
 * Headless Chromium over the DevTools protocol: enough to open a file, look at it, and use it as people
 * do.
 *
 * @module
 */

/** Found on PATH by one of its names. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"] as const;

/** Where Chromium is; undefined where there is none. */
export async function findChromium(): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of NAMES) {
      const path = `${folder}/${name}`;
      if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
    }
  }
  return undefined;
}

type Json = Record<string, unknown>;

/** One open page. */
export interface Page {
  /** What the console said at level warning or error, and exceptions. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for, but the file itself. */
  readonly requests: readonly string[];
  open(address: string): Promise<void>;
  /** The value of an expression, a promise awaited. */
  evaluate<T>(expression: string): Promise<T>;
  resize(width: number, height: number, options?: { readonly scale?: number }): Promise<void>;
  /** Light or dark. */
  scheme(scheme: "light" | "dark"): Promise<void>;
  /** Gives files to an input of the page. */
  choose(selector: string, files: readonly string[]): Promise<void>;
  press(key: string, options?: { readonly shift?: boolean }): Promise<void>;
  mouse(type: "mousePressed" | "mouseMoved" | "mouseReleased", x: number, y: number): Promise<void>;
  touch(type: "touchStart" | "touchMove" | "touchEnd", x: number, y: number): Promise<void>;
  /** A PNG of the page, all of it or what is in sight. */
  screenshot(options?: { readonly whole?: boolean }): Promise<Uint8Array>;
}

/** The numbers of keys that pages ask for. */
const KEYS: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

/** Messages to and from the browser. */
class Connection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Json>>();
  #next = 1;
  onEvent: (method: string, params: Json) => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, method, params, result, error } = JSON.parse(data);
      if (id === undefined) return this.onEvent(method, params);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    };
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("Chromium went away"));
    };
  }

  send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = this.#next++;
    const waiting = Promise.withResolvers<Json>();
    this.#waiting.set(id, waiting);
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    return waiting.promise;
  }
}

/** The address that a starting browser prints. */
async function addressOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (
    const part of stderr.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })
  ) {
    text += part;
    const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`Chromium did not start:\n${text}`);
}

function pageOf(connection: Connection, session: string): Page {
  const complaints: string[] = [];
  const requests: string[] = [];
  const send = (method: string, params?: Json) => connection.send(method, params, session);
  let loaded = Promise.withResolvers<void>();
  connection.onEvent = (method, params) => {
    const { type, args, exceptionDetails, entry, request } = params as {
      type?: string;
      args?: { value?: unknown; description?: string }[];
      exceptionDetails?: { text: string; exception?: { description?: string } };
      entry?: { level: string; text: string };
      request?: { url: string };
    };
    if (method === "Page.loadEventFired") loaded.resolve();
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(type!)) {
      complaints.push(args!.map(({ value, description }) => value ?? description).join(" "));
    }
    if (method === "Runtime.exceptionThrown") {
      complaints.push(exceptionDetails!.exception?.description ?? exceptionDetails!.text);
    }
    if (method === "Log.entryAdded" && ["error", "warning"].includes(entry!.level)) {
      complaints.push(entry!.text);
    }
    if (method === "Network.requestWillBeSent") requests.push(request!.url);
  };
  return {
    complaints,
    requests,
    async open(address) {
      for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
      loaded = Promise.withResolvers();
      await send("Page.navigate", { url: address });
      await loaded.promise;
      requests.splice(0, requests.length, ...requests.filter((url) => url !== address));
    },
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      }) as {
        result: { value: T };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      };
      if (exceptionDetails) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      }
      return result.value;
    },
    async resize(width, height, { scale = 1 } = {}) {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: scale,
        mobile: false,
      });
    },
    async scheme(scheme) {
      const features = [{ name: "prefers-color-scheme", value: scheme }];
      await send("Emulation.setEmulatedMedia", { features });
    },
    async choose(selector, files) {
      const { root } = await send("DOM.getDocument") as { root: { nodeId: number } };
      const { nodeId } = await send("DOM.querySelector", { nodeId: root.nodeId, selector });
      await send("DOM.setFileInputFiles", { nodeId, files });
    },
    async press(key, { shift = false } = {}) {
      const event = { key, code: key, windowsVirtualKeyCode: KEYS[key]!, modifiers: shift ? 8 : 0 };
      await send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...event });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    async mouse(type, x, y) {
      const button = type === "mouseMoved" ? {} : { button: "left", clickCount: 1 };
      await send("Input.dispatchMouseEvent", { type, x, y, ...button });
    },
    async touch(type, x, y) {
      await send("Input.dispatchTouchEvent", {
        type,
        touchPoints: type === "touchEnd" ? [] : [{ x, y }],
      });
    },
    async screenshot({ whole = false } = {}) {
      const { data } = await send("Page.captureScreenshot", { captureBeyondViewport: whole });
      return Uint8Array.from(atob(data as string), (letter) => letter.charCodeAt(0));
    },
  };
}

/** Runs with a page of a browser that ends afterwards. */
export async function withPage(path: string, run: (page: Page) => Promise<void>): Promise<void> {
  const profile = await Deno.makeTempDir();
  const child = new Deno.Command(path, {
    args: [
      ...["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`],
      // Containers have neither user namespaces nor much shared memory; pages here are our own.
      ...["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run"],
      ...["--disable-background-networking", "--hide-scrollbars", "about:blank"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  let socket: WebSocket | undefined;
  try {
    socket = new WebSocket(await addressOf(child.stderr));
    socket.onopen = () => resolve();
    const connection = new Connection(socket);
    await opened;
    const { targetId } = await connection.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await connection.send("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    await run(pageOf(connection, sessionId as string));
  } finally {
    const closed = new Promise((resolve) => {
      if (socket === undefined || socket.readyState === WebSocket.CLOSED) resolve(undefined);
      else {
        const { onclose } = socket;
        socket.onclose = (event) => {
          onclose?.call(socket!, event);
          resolve(undefined);
        };
        socket.close();
      }
    });
    await closed;
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await child.stderr.cancel().catch(() => {});
    await child.status;
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  }
}
