/**
 * Pickle reader that executes nothing: it interprets the opcodes of protocols 2 to 5, builds plain
 * data, and represents an unknown class as an inert {@linkcode PickleObject}. It refuses a pickle that
 * names a Python function with side effects on the machine.
 *
 * The file is long because the opcodes of the format are one table.
 *
 * @module
 */

import { CheckpointError } from "./errors.ts";

/** A class or function of Python that the pickle names; only its name is kept. */
export class PickleGlobal {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
  /** `module.name`. */
  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** Stands for the result of a call that Python would make; here nothing is called. */
export class PickleObject {
  readonly type: PickleGlobal;
  readonly args: unknown;
  /** Argument of BUILD, which Python would set. */
  state: unknown = undefined;
  constructor(type: PickleGlobal, args: unknown) {
    this.type = type;
    this.args = args;
  }
}

/** Handlers of a pickle's references and calls. */
export interface PickleOptions {
  /** Resolves a persistent id (torch: a storage). Default: an error. */
  readonly persistent?: (id: unknown) => unknown;
  /**
   * Results of calls by the global's full name; the arguments are unchecked. Other names give a
   * {@linkcode PickleObject}.
   */
  readonly calls?: ReadonlyMap<string, (args: readonly unknown[]) => unknown>;
}

/** Largest pickle that is read: it holds the names and scalars of a checkpoint, not its tensors. */
const MAX_BYTES = 256 * 2 ** 20;
/** Limit of steps and of items that calls copy, which bounds the time. */
const MAX_WORK = 5_000_000;
/** Deepest nesting of marks. */
const MAX_MARKS = 1000;
/** Longest integer. */
const MAX_INTEGER_BYTES = 256;

/** Python modules with side effects on the machine; a checkpoint has no reason to name them. */
const UNSAFE_MODULES = new Set(
  ("os posix nt pty sys subprocess shutil socket socketserver ftplib http urllib smtplib " +
    "webbrowser importlib runpy imp pkgutil ctypes _ctypes cffi mmap codeop pdb bdb timeit " +
    "cProfile pickle _pickle cPickle shelve marshal dill cloudpickle joblib multiprocessing " +
    "asyncio commands popen2 pip setuptools distutils linecache fileinput").split(" "),
);
const UNSAFE_NAMES = new Set(
  ("eval exec execfile compile open __import__ input breakpoint globals locals vars setattr " +
    "delattr apply file reload exit quit help memoryview").split(" ")
    .flatMap((name) => [`builtins.${name}`, `__builtin__.${name}`]).concat(
      "torch.load",
      "torch.hub.load",
      "torch.serialization.load",
      "torch.jit.load",
      "numpy.load",
      "io.open",
      "_io.open",
      "_io.FileIO",
      "operator.attrgetter",
      "operator.methodcaller",
    ),
);

function fail(what: string): never {
  throw new CheckpointError(`Cannot read the pickle: ${what}`);
}

const MARK = Symbol("mark");

/**
 * Reads a pickle into plain data: dict and OrderedDict as `Map`, list and tuple as arrays, bytes
 * as `Uint8Array`, integers beyond 2⁵³ as `bigint`.
 *
 * @throws {CheckpointError} If the pickle is damaged, too large or unsafe.
 */
export function unpickle(bytes: Uint8Array, options: PickleOptions = {}): unknown {
  return unpickleFirst(bytes, options).value;
}

/**
 * Reads the first of several pickles, as {@linkcode unpickle} does.
 *
 * @returns The value and its length in bytes.
 */
export function unpickleFirst(
  bytes: Uint8Array,
  options: PickleOptions = {},
): { readonly value: unknown; readonly length: number } {
  if (bytes.byteLength > MAX_BYTES) {
    fail(`it must have at most ${MAX_BYTES} bytes, got ${bytes.byteLength}`);
  }
  const machine = new Machine(bytes, options);
  return { value: machine.run(), length: machine.at };
}

/** The state of one read: a position, the stack and the memo. */
class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #options: PickleOptions;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #marks = 0;
  #work = 0;
  #at = 0;

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at;
  }

  run(): unknown {
    for (;;) {
      this.#spend(1);
      const start = this.#at;
      const opcode = this.#view.getUint8(this.#advance(1));
      if (opcode === 0x2E /* STOP */) break;
      this.#step(opcode, start);
    }
    const value = this.#pop();
    if (this.#stack.length > 0) fail("there must be one value at its end");
    return value;
  }

  /** Consumes `count` bytes and returns their offset. */
  #advance(count: number): number {
    const start = this.#at;
    if (!(start + count <= this.#bytes.byteLength)) {
      fail(`it ends at byte ${this.#bytes.byteLength} in the middle of a value; it is truncated`);
    }
    this.#at = start + count;
    return start;
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > MAX_WORK) fail(`it must take at most ${MAX_WORK} steps`);
  }

  #uint8 = () => this.#view.getUint8(this.#advance(1));
  #uint16 = () => this.#view.getUint16(this.#advance(2), true);
  #int32 = () => this.#view.getInt32(this.#advance(4), true);
  #uint32 = () => this.#view.getUint32(this.#advance(4), true);
  #uint64 = () => Number(this.#view.getBigUint64(this.#advance(8), true));

  #raw(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  #text(count: number): string {
    return new TextDecoder().decode(this.#raw(count));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0A, this.#at);
    if (end < 0) fail("a name has no end; it is truncated");
    const text = this.#text(end - this.#at);
    this.#at++;
    return text;
  }

  /** A two's complement integer of any length. */
  #long(count: number): number | bigint {
    if (count > MAX_INTEGER_BYTES) {
      fail(`an integer must have at most ${MAX_INTEGER_BYTES} bytes, got ${count}`);
    }
    let value = 0n;
    for (const byte of this.#raw(count).toReversed()) value = value << 8n | BigInt(byte);
    value = BigInt.asIntN(8 * count, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }

  #mark(): void {
    if (++this.#marks > MAX_MARKS) fail(`it must be nested at most ${MAX_MARKS} deep`);
    this.#push(MARK);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) fail("a value is missing");
    const value = this.#stack.pop();
    if (value === MARK) fail("a value is missing");
    return value;
  }

  #top(): unknown {
    const value = this.#pop();
    this.#push(value);
    return value;
  }

  /** The values since the last mark. */
  #popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) fail("a mark is missing");
    this.#marks--;
    const values = this.#stack.splice(at).slice(1);
    this.#spend(values.length);
    return values;
  }

  #popMany(count: number): unknown[] {
    const values = Array.from({ length: count }, () => this.#pop());
    return values.reverse();
  }

  #memoize(key: number): void {
    this.#memo.set(key, this.#top());
  }

  #recall(key: number): void {
    if (!this.#memo.has(key)) fail(`it refers to value ${key}, which is not there`);
    this.#push(this.#memo.get(key));
  }

  #global(module: unknown, name: unknown): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") fail("a name must be a string");
    const full = `${module}.${name}`;
    if (UNSAFE_MODULES.has(module.split(".")[0]!) || UNSAFE_NAMES.has(full)) {
      fail(
        `it calls for ${full}, which acts on the machine; the file is unsafe: nothing of it was ` +
          "run, do not open it with other programs",
      );
    }
    return new PickleGlobal(module, name);
  }

  /** Returns plain data for a known call, an inert object for any other. */
  #call(callee: unknown, args: unknown): unknown {
    if (!(callee instanceof PickleGlobal)) {
      // A call of the result of a call: inert as well.
      return new PickleObject(new PickleGlobal("", "(value)"), [callee, args]);
    }
    const known = this.#options.calls?.get(callee.toString());
    const full = callee.toString();
    if (full === "collections.OrderedDict" && Array.isArray(args)) return this.#dict(args[0]);
    if (full === "builtins.set" || full === "__builtin__.set") {
      return new Set(Array.isArray(args) && Array.isArray(args[0]) ? args[0] : []);
    }
    if (known === undefined) return new PickleObject(callee, args);
    if (!Array.isArray(args)) return fail(`the arguments of ${full} must be a tuple`);
    return known(args);
  }

  #dict(pairs: unknown): Map<unknown, unknown> {
    const dict = new Map<unknown, unknown>();
    if (pairs === undefined) return dict;
    if (!Array.isArray(pairs)) return fail("a dictionary must be made of pairs");
    this.#spend(pairs.length);
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) fail("a dictionary must be made of pairs");
      dict.set(pair[0], pair[1]);
    }
    return dict;
  }

  #setItems(values: readonly unknown[]): void {
    const target = this.#top();
    if (values.length % 2 !== 0) fail("a dictionary must be made of pairs");
    if (target instanceof PickleObject) return;
    if (!(target instanceof Map)) fail("only a dictionary can take pairs");
    for (let i = 0; i < values.length; i += 2) target.set(values[i], values[i + 1]);
  }

  #append(values: readonly unknown[]): void {
    const target = this.#top();
    if (target instanceof PickleObject) return;
    if (!Array.isArray(target)) fail("only a list can take items");
    for (const value of values) target.push(value);
  }

  #addToSet(values: readonly unknown[]): void {
    const target = this.#top();
    if (!(target instanceof Set)) return fail("only a set can take members");
    for (const value of values) target.add(value);
  }

  /** BUILD sets the state of an inert object; attributes of a dictionary (`_metadata`) are dropped. */
  #build(): void {
    const state = this.#pop();
    const target = this.#top();
    if (target instanceof PickleObject) target.state = state;
  }

  #persistent(id: unknown): unknown {
    if (this.#options.persistent === undefined) fail("it refers to data outside itself");
    return this.#options.persistent(id);
  }

  #step(opcode: number, start: number): void {
    switch (opcode) {
      // Framing and structure.
      case 0x80: { // PROTO
        const protocol = this.#uint8();
        if (protocol > 5) fail(`its protocol must be at most 5, got ${protocol}`);
        return;
      }
      case 0x95: // FRAME
        this.#advance(8);
        return;
      case 0x28: // MARK
        return this.#mark();
      case 0x30: // POP
        if (this.#stack.at(-1) === MARK) this.#popToMark();
        else this.#pop();
        return;
      case 0x31: // POP_MARK
        this.#popToMark();
        return;
      case 0x32: // DUP
        return this.#push(this.#top());
      // Plain values.
      case 0x4E: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4B: // BININT1
        return this.#push(this.#uint8());
      case 0x4D: // BININT2
        return this.#push(this.#uint16());
      case 0x4A: // BININT
        return this.#push(this.#int32());
      case 0x8A: // LONG1
        return this.#push(this.#long(this.#uint8()));
      case 0x8B: // LONG4
        return this.#push(this.#long(this.#uint32()));
      case 0x47: // BINFLOAT, the one big-endian value
        return this.#push(this.#view.getFloat64(this.#advance(8), false));
      case 0x8C: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#uint8()));
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#uint32()));
      case 0x8D: // BINUNICODE8
        return this.#push(this.#text(this.#uint64()));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#raw(this.#uint8()));
      case 0x42: // BINBYTES
        return this.#push(this.#raw(this.#uint32()));
      case 0x8E: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#push(this.#raw(this.#uint64()));
      case 0x55: // SHORT_BINSTRING
        return this.#push(this.#text(this.#uint8()));
      case 0x54: // BINSTRING
        return this.#push(this.#text(this.#uint32()));
      // Containers.
      case 0x5D: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return this.#push([]);
      case 0x7D: // EMPTY_DICT
        return this.#push(new Map());
      case 0x8F: // EMPTY_SET
        return this.#push(new Set());
      case 0x91: // FROZENSET
        return this.#push(new Set(this.#popToMark()));
      case 0x6C: // LIST
      case 0x74: // TUPLE
        return this.#push(this.#popToMark());
      case 0x85: // TUPLE1
        return this.#push(this.#popMany(1));
      case 0x86: // TUPLE2
        return this.#push(this.#popMany(2));
      case 0x87: // TUPLE3
        return this.#push(this.#popMany(3));
      case 0x61: // APPEND
        return this.#append([this.#pop()]);
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      case 0x90: // ADDITEMS
        return this.#addToSet(this.#popToMark());
      // The memo.
      case 0x71: // BINPUT
        return this.#memoize(this.#uint8());
      case 0x72: // LONG_BINPUT
        return this.#memoize(this.#uint32());
      case 0x94: // MEMOIZE
        return this.#memoize(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(this.#uint8());
      case 0x6A: // LONG_BINGET
        return this.#recall(this.#uint32());
      // References and calls.
      case 0x63: // GLOBAL
        return this.#push(this.#global(this.#line(), this.#line()));
      case 0x93: { // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#push(this.#global(module, name));
      }
      case 0x52: // REDUCE
      case 0x81: { // NEWOBJ
        const [callee, args] = this.#popMany(2);
        return this.#push(this.#call(callee, args));
      }
      case 0x92: { // NEWOBJ_EX
        const [callee, args] = this.#popMany(3);
        return this.#push(this.#call(callee, args));
      }
      case 0x62: // BUILD
        return this.#build();
      case 0x51: // BINPERSID
        return this.#push(this.#persistent(this.#pop()));
      default:
        return fail(
          `opcode 0x${opcode.toString(16)} at byte ${start} must be one that torch writes`,
        );
    }
  }
}
