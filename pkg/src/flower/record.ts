import { text, type Bytes } from "./bytes.js";
import { bytes, double, message, read, string, type Fields } from "./protobuf.js";

/** A value of a configuration, of the kinds that this package reads. */
export type ConfigValue = number | string | string[];

/** The fields of a value's oneof. */
const DOUBLE = 1, SINT = 2, STRING = 5, STRINGS = 25;

/** Undefined for the kinds that no configuration of this package has. */
function readValue(value: Fields): ConfigValue | undefined {
  if (value.has(DOUBLE)) return value.double(DOUBLE);
  if (value.has(SINT)) {
    const zigzag = value.uint(SINT);
    return Number(BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n)));
  }
  if (value.has(STRING)) return value.string(STRING);
  if (value.has(STRINGS)) return read(value.bytes(STRINGS)).all(1).map(text);
  return undefined;
}

/** The protobuf of a MetricRecord. */
export const toMetrics = (metrics: Readonly<Record<string, number>>): Bytes =>
  message(...Object.entries(metrics).map(([key, value]) =>
    bytes(1, message(string(1, key), bytes(2, double(DOUBLE, value))))));

/** The entries of a ConfigRecord or a MetricRecord. */
export const readRecord = (encoded: Uint8Array): [string, ConfigValue | undefined][] =>
  read(encoded).all(1).map((item) => {
    const entry = read(item);
    return [entry.string(1), readValue(read(entry.bytes(2)))];
  });
