import { text, type Bytes } from "./bytes.js";
import { bytes, double, Fields, message, string } from "./protobuf.js";

/** A value of a configuration, of the kinds that this package reads. */
export type ConfigValue = number | boolean | string | string[];

/** The fields of a value's oneof. */
const DOUBLE = 1, SINT = 2, UINT = 3, BOOL = 4, STRING = 5, STRINGS = 25;

/** Undefined for the kinds that no configuration of this package has. */
function readValue(value: Fields): ConfigValue | undefined {
  if (value.has(DOUBLE)) return value.double(DOUBLE);
  if (value.has(SINT)) {
    const zigzag = value.uint(SINT);
    return Number(BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n)));
  }
  if (value.has(UINT)) return Number(value.uint(UINT));
  if (value.has(BOOL)) return value.uint(BOOL) > 0n;
  if (value.has(STRING)) return value.string(STRING);
  if (value.has(STRINGS)) return new Fields(value.bytes(STRINGS)).all(1).map(text);
  return undefined;
}

/** The protobuf of a MetricRecord. */
export const toMetrics = (metrics: Readonly<Record<string, number>>): Bytes =>
  message(...Object.entries(metrics).map(([key, value]) =>
    bytes(1, message(string(1, key), bytes(2, double(DOUBLE, value))))));

/** The entries of a ConfigRecord or a MetricRecord. */
export const readRecord = (encoded: Uint8Array): [string, ConfigValue | undefined][] =>
  new Fields(encoded).all(1).map((item) => {
    const entry = new Fields(item);
    return [entry.string(1), readValue(new Fields(entry.bytes(2)))];
  });
