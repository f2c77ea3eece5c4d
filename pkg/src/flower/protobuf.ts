import { concat, malformed, text, utf8, type Bytes } from "./bytes.js";

function varint(value: bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
}

const field = (number: number, wire: number, ...parts: Uint8Array[]): Bytes =>
  concat([varint(BigInt(number * 8 + wire)), ...parts]);

// Numbers are written even if they are 0, as members of a oneof and optional fields must be; no
// other number of these messages is ever 0.

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
export interface Fields {
  has(number: number): boolean;
  uint(number: number): bigint;
  double(number: number): number;
  bytes(number: number): Uint8Array;
  string(number: number): string;
  /** All values of a repeated field of messages, texts or bytes. */
  all(number: number): Uint8Array[];
}

export function read(encoded: Uint8Array): Fields {
  const values = new Map<number, Value[]>();
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
  while (at < encoded.length) {
    const key = Number(readVarint());
    const wire = key % 8;
    const number = Math.floor(key / 8);
    let value: Value;
    if (wire === 0) value = readVarint();
    else if (wire === 1) value = view.getFloat64(take(8), true);
    else if (wire === 2) {
      const length = Number(readVarint());
      const start = take(length);
      value = encoded.subarray(start, start + length);
    } else throw malformed("frame");
    values.set(number, [...(values.get(number) ?? []), value]);
  }
  const all = <T extends Value>(number: number, absent: T): T[] => {
    const found = values.get(number) ?? [];
    if (found.some((value) => typeof value !== typeof absent)) throw malformed("frame");
    return found as T[];
  };
  const last = <T extends Value>(number: number, absent: T): T =>
    all(number, absent).at(-1) ?? absent;
  const empty = new Uint8Array();
  const bytesOf = (number: number): Uint8Array => last(number, empty);
  return {
    has: (number) => values.has(number),
    uint: (number) => last<bigint>(number, 0n),
    double: (number) => last<number>(number, 0),
    bytes: bytesOf,
    string: (number) => text(bytesOf(number)),
    all: (number) => all(number, empty),
  };
}
