import { base64, concat, utf8, type Bytes } from "./bytes.js";

/** The private key can sign here, and cannot be read, not even by the page itself. */
export const generateKeys = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, false, ["sign", "verify"]);

/** The public key as text in the form that servers ask for. */
export async function toPem({ publicKey }: CryptoKeyPair): Promise<string> {
  const spki = base64(new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)));
  const lines = spki.replace(/.{1,64}/g, "$&\n");
  return `-----BEGIN PUBLIC KEY-----\n${lines}-----END PUBLIC KEY-----\n`;
}

/** DER's INTEGER of a positive number: no leading zeros, and one before a set highest bit. */
function derInteger(number: Uint8Array): Bytes {
  const first = Math.max(number.findIndex((byte) => byte > 0), 0);
  const sign = (number[first] as number) > 127 ? [0] : [];
  const digits = Uint8Array.of(...sign, ...number.subarray(first));
  return Uint8Array.of(2, digits.length, ...digits);
}

/** WebCrypto's r and s, one behind the other, as the SEQUENCE of integers that flwr reads. */
export function derSignature(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  // P-384: 102 bytes at most, so that the length is one byte.
  const body = concat([raw.subarray(0, half), raw.subarray(half)].map(derInteger));
  return Uint8Array.of(0x30, body.length, ...body);
}

/** The signature of a text, in DER. */
export async function sign({ privateKey }: CryptoKeyPair, signed: string): Promise<Bytes> {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const raw = await crypto.subtle.sign(algorithm, privateKey, utf8(signed));
  return derSignature(new Uint8Array(raw));
}
