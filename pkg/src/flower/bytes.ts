import { OodgateError } from "../api/errors.js";

/** Bytes that own their memory, as fetch and WebCrypto take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const utf8 = (text: string): Bytes => encoder.encode(text);
export const text = (bytes: Uint8Array): string => decoder.decode(bytes);

/** What came from the server, or what answers there, is nothing that this client can read. */
export function incompatible(what: string): OodgateError {
  const known = "this client speaks the Fleet API of flwr 1.40 to 1.42";
  return new OodgateError("server-incompatible", `${what}; ${known}`);
}

/** The refusal of something malformed. */
export const malformed = (what: string): OodgateError =>
  incompatible(`the server sent a malformed ${what}`);

/** One array after the other. */
export function concat(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}

export const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** Lower-case hexadecimal SHA-256: the name of an object. */
export async function sha256(bytes: Bytes): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
