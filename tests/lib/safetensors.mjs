// A small safetensors reader for test data, in pages and in Node: 8 bytes of header length, a JSON header, then the tensors.

/** float16 bits to float32: sign, 5 exponent bits (bias 15), 10 fraction bits, subnormals included. */
export function decodeFloat16(bits) {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i += 1) {
    const [sign, exponent, fraction] = [bits[i] & 0x8000 ? -1 : 1, (bits[i] >> 10) & 0x1f, bits[i] & 0x3ff];
    if (exponent === 0) values[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) values[i] = fraction ? NaN : sign * Infinity;
    else values[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return values;
}

const readers = {
  F16: (bytes) => decodeFloat16(new Uint16Array(bytes)),
  F32: (bytes) => new Float32Array(bytes),
  I8: (bytes) => new Int8Array(bytes),
  I32: (bytes) => new Int32Array(bytes),
};

/**
 * The tensors of a safetensors file, float16 widened to float32, and its string metadata.
 * @param {ArrayBuffer} buffer the whole file
 * @returns {{ tensors: Record<string, { shape: number[], data: Float32Array | Int8Array | Int32Array }>, metadata: Record<string, string> }}
 */
export function readSafetensors(buffer) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const start = 8 + headerLength;
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, headerLength)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    const read = readers[dtype];
    if (!read) throw new Error(`Tensor "${name}" is ${dtype}; this reader knows ${Object.keys(readers).join(", ")}.`);
    // The slice is a copy that starts at 0: a view into the file could start at an address its type does not allow.
    tensors[name] = { shape, data: read(buffer.slice(start + from, start + to)) };
  }
  return { tensors, metadata };
}
