import { concat, malformed, text, utf8, type Bytes } from "./bytes.js";

function varint(value: bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
}

const field = (number: number, wire: number, ...parts: Uint8Array[]): Bytes =>
  concat([varint(BigInt(number * 8 + wire)), ...parts]);

// Numbers are written even if they are 0, as members of a oneof and optional fields must be; no other
// number of these messages is ever 0.

export const uint = (number: number, value: bigint): Bytes => field(number, 0, varint(value));

/** A signed number in zigzag form. */
export const sint = (number: number, value: bigint): Bytes =>
  uint(number, (value << 1n) ^ (value >> 63n));

export const double = (number: number, value: number): Bytes =>
  field(number, 1, new Uint8Array(Float64Array.of(value).buffer));

/** Bytes, a nested message or a packed list. */
export const bytes = (number: number, value: Uint8Array): Bytes =>
  field(number, 2, varint(BigInt(value.length)), value);

/** A text; an empty one is the default, and left out. */
export const string = (number: number, value: string): Bytes =>
  value === "" ? concat([]) : bytes(number, utf8(value));

/** A message of these fields. */
export const message = (...fields: Bytes[]): Bytes => concat(fields);

type Value = bigint | number | Uint8Array;

/** The fields of a message as they came, by number. Reading one as another kind is refused. */
export class Fields {
  readonly #values = new Map<number, Value[]>();

  constructor(encoded: Uint8Array) {
    const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
    let at = 0;
    const take = (length: number): number => {
      if (length > encoded.length - at) throw malformed("frame");
      at += length;
      return at - length;
    };
    const readVarint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = encoded[take(1)] as number;
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return BigInt.asUintN(64, value);
      }
      throw malformed("frame");
    };
    const read = (wire: number): Value => {
      if (wire === 0) return readVarint();
      if (wire === 1) return view.getFloat64(take(8), true);
      if (wire === 5) return view.getFloat32(take(4), true);
      if (wire !== 2) throw malformed("frame");
      const length = Number(readVarint());
      const start = take(length);
      return encoded.subarray(start, start + length);
    };
    while (at < encoded.length) {
      const key = Number(readVarint());
      const number = Math.floor(key / 8);
      this.#values.set(number, [...(this.#values.get(number) ?? []), read(key % 8)]);
    }
  }

  has(number: number): boolean {
    return this.#values.has(number);
  }

  /** All values of a repeated field, which must be of one kind with the last one's stand-in. */
  #all<T extends Value>(number: number, absent: T): T[] {
    const values = this.#values.get(number) ?? [];
    if (values.some((value) => typeof value !== typeof absent)) throw malformed("frame");
    return values as T[];
  }

  #last<T extends Value>(number: number, absent: T): T {
    return this.#all(number, absent).at(-1) ?? absent;
  }

  uint(number: number): bigint {
    return this.#last<bigint>(number, 0n);
  }

  double(number: number): number {
    return this.#last<number>(number, 0);
  }

  bytes(number: number): Uint8Array {
    return this.#last(number, new Uint8Array());
  }

  string(number: number): string {
    return text(this.bytes(number));
  }

  /** All values of a repeated field of messages, texts or bytes. */
  all(number: number): Uint8Array[] {
    return this.#all(number, new Uint8Array());
  }
}
