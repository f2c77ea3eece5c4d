import { text, unreadable, type Bytes } from "./bytes.js";
import { bytes, double, Fields, message, nested, sint, string, uint } from "./protobuf.js";

/** A value of a record. Lists are of numbers or of texts. */
export type RecordValue = number | bigint | boolean | string | Uint8Array | number[] | string[];

/** A MetricRecord or a ConfigRecord: named values. */
export type Values = Record<string, RecordValue>;

/** The fields of a value's oneof. */
const DOUBLE = 1, SINT = 2, UINT = 3, BOOL = 4, STRING = 5, BYTES = 6, DOUBLES = 21, STRINGS = 25;

function toValue(value: RecordValue): Bytes {
  switch (typeof value) {
    case "bigint":
      return message(sint(SINT, value));
    case "number":
      return message(double(DOUBLE, value, true));
    case "boolean":
      return message(uint(BOOL, value ? 1n : 0n, true));
    case "string":
      return message(string(STRING, value, true));
  }
  if (value instanceof Uint8Array) return message(bytes(BYTES, value, true));
  throw new TypeError("lists are read, and not written");
}

/** Undefined for lists that no configuration of this package has. */
function fromValue(encoded: Uint8Array): RecordValue | undefined {
  const value = new Fields(encoded);
  switch (value.numbers[0]) {
    case DOUBLE:
      return value.double(DOUBLE);
    case SINT:
      return Number(value.sint(SINT));
    case UINT:
      return Number(value.uint(UINT));
    case BOOL:
      return value.uint(BOOL) !== 0n;
    case STRING:
      return value.string(STRING);
    case BYTES:
      return value.bytes(BYTES);
    case DOUBLES: {
      const packed = new Fields(value.bytes(DOUBLES)).bytes(1);
      if (packed.length % 8 !== 0) throw unreadable("the server sent a list cut short");
      return [...new Float64Array(packed.slice().buffer)];
    }
    case STRINGS:
      return new Fields(value.bytes(STRINGS)).all(1).map(text);
    default:
      return undefined;
  }
}

/** A record's protobuf. */
export const toRecord = (values: Values): Bytes =>
  message(...Object.entries(values).map(([key, value]) =>
    nested(1, message(string(1, key), nested(2, toValue(value))))));

/** The record of a protobuf. A Map, for names such as "__proto__". */
export function fromRecord(encoded: Uint8Array): Map<string, RecordValue> {
  const record = new Map<string, RecordValue>();
  for (const item of new Fields(encoded).all(1)) {
    const fields = new Fields(item);
    const value = fromValue(fields.bytes(2));
    if (value !== undefined) record.set(fields.string(1), value);
  }
  return record;
}
