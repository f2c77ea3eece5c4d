import { concat, text, unreadable, utf8, type Bytes } from "./bytes.js";

/** A field of a message: its number and encoded value, or nothing where the value is the default. */
type Field = Bytes | undefined;

function varint(value: bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const tag = (field: number, wire: number): Bytes => varint(BigInt(field * 8 + wire));

// proto3 leaves defaults out, except where a field has presence: members of a oneof and optional
// fields, for which the caller passes `always`.

export const uint = (field: number, value: bigint | undefined, always = false): Field =>
  value !== undefined && (always || value !== 0n)
    ? concat([tag(field, 0), varint(value)])
    : undefined;

export const sint = (field: number, value: bigint): Field =>
  concat([tag(field, 0), varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)))]);

export function double(field: number, value: number, always = false): Field {
  if (value === 0 && !always) return undefined;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return concat([tag(field, 1), bytes]);
}

/** A nested message or a packed list; written even when empty. */
export const nested = (field: number, value: Uint8Array): Bytes =>
  concat([tag(field, 2), varint(BigInt(value.length)), value]);

export const bytes = (field: number, value: Uint8Array, always = false): Field =>
  value.length > 0 || always ? nested(field, value) : undefined;

export const string = (field: number, value: string, always = false): Field =>
  bytes(field, utf8(value), always);

/** A message of these fields. */
export const message = (...fields: Field[]): Bytes =>
  concat(fields.filter((field) => field !== undefined));

type Value = bigint | number | Uint8Array;

/** The fields of a message as they came, by number. Reading one as another kind is refused. */
export class Fields {
  readonly #values = new Map<number, Value[]>();

  constructor(encoded: Uint8Array) {
    const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
    let at = 0;
    const take = (length: number): number => {
      if (length > encoded.length - at) throw unreadable("the server sent a frame cut short");
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
      throw unreadable("the server sent a number of more than 64 bits");
    };
    const readers: Record<number, () => Value> = {
      0: readVarint,
      1: () => view.getFloat64(take(8), true),
      2: () => {
        const length = Number(readVarint());
        const start = take(length);
        return encoded.subarray(start, start + length);
      },
      5: () => view.getFloat32(take(4), true),
    };
    while (at < encoded.length) {
      const key = Number(readVarint());
      const read = readers[key % 8];
      if (read === undefined) throw unreadable("the server sent a frame of an unknown form");
      const field = Math.floor(key / 8);
      const values = this.#values.get(field) ?? [];
      values.push(read());
      this.#values.set(field, values);
    }
  }

  /** The numbers of the fields that came. */
  get numbers(): number[] {
    return [...this.#values.keys()];
  }

  #last<T extends Value>(field: number, isOf: (value: Value) => value is T, absent: T): T {
    const value = this.#values.get(field)?.at(-1) ?? absent;
    if (!isOf(value)) throw unreadable(`the server sent field ${field} in another form`);
    return value;
  }

  uint(field: number): bigint {
    return this.#last(field, (value) => typeof value === "bigint", 0n);
  }

  sint(field: number): bigint {
    const value = this.uint(field);
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  /** Undefined where it did not come: an optional field. */
  optional(field: number): bigint | undefined {
    return this.#values.has(field) ? this.uint(field) : undefined;
  }

  double(field: number): number {
    return this.#last(field, (value) => typeof value === "number", 0);
  }

  bytes(field: number): Uint8Array {
    return this.#last(field, (value) => value instanceof Uint8Array, new Uint8Array());
  }

  string(field: number): string {
    return text(this.bytes(field));
  }

  /** All values of a repeated field of messages, texts or bytes. */
  all(field: number): Uint8Array[] {
    const values = this.#values.get(field) ?? [];
    return values.map((value) => {
      if (!(value instanceof Uint8Array)) throw unreadable(`field ${field} is no list of bytes`);
      return value;
    });
  }
}
