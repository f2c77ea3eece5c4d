import { base64, concat, utf8, type Bytes } from "./bytes.js";

/** A node's key pair, and the forms in which its public half is told. */
export interface NodeKeys {
  readonly privateKey: CryptoKey;
  /** For the server's calls. */
  readonly pem: Bytes;
  /** For `flwr supernode register`: one line in OpenSSH's form. */
  readonly ssh: string;
}

const CURVE = { name: "ECDSA", namedCurve: "P-384" };

/** Of the uncompressed point at the end of a SubjectPublicKeyInfo. */
const POINT_BYTES = 97;

/** The private key can sign here, and cannot be read, not even by the page itself. */
export const generateKeys = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);

function sshString(part: Uint8Array): Bytes {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, part.length);
  return concat([length, part]);
}

export async function describeKeys({ privateKey, publicKey }: CryptoKeyPair): Promise<NodeKeys> {
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const lines = (base64(spki).match(/.{1,64}/g) ?? []).join("\n");
  const type = "ecdsa-sha2-nistp384";
  const parts = [utf8(type), utf8("nistp384"), spki.subarray(-POINT_BYTES)];
  return {
    privateKey,
    pem: utf8(`-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`),
    ssh: `${type} ${base64(concat(parts.map(sshString)))}`,
  };
}

/** DER's INTEGER of a positive number: no leading zeros, and one before a set highest bit. */
function derInteger(number: Uint8Array): Bytes {
  const first = Math.max(number.findIndex((byte) => byte !== 0), 0);
  const digits = number.subarray(first);
  const sign = (digits[0] as number) > 127 ? [0] : [];
  return concat([Uint8Array.of(2, digits.length + sign.length, ...sign), digits]);
}

/** WebCrypto's r and s, one behind the other, as the SEQUENCE of integers that flwr reads. */
export function derSignature(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  // P-384: 102 bytes at most, so that the length is one byte.
  const body = concat([raw.subarray(0, half), raw.subarray(half)].map(derInteger));
  return concat([Uint8Array.of(0x30, body.length), body]);
}

/** The signature of a text, in DER. */
export async function sign({ privateKey }: NodeKeys, signed: string): Promise<Bytes> {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  return derSignature(
    new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, utf8(signed))),
  );
}
