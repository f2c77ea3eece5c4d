/**
 * Reads a safetensors file: 8 bytes little-endian header length, a JSON header, then the tensors, little-endian.
 * https://github.com/huggingface/safetensors#format
 */

const kinds = { U8: Uint8Array, I8: Int8Array, I32: Int32Array, F32: Float32Array } as const;
type Kind = keyof typeof kinds;

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export interface Tensor<K extends Kind> {
  readonly shape: readonly number[];
  readonly values: InstanceType<(typeof kinds)[K]>;
}

export class TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly #entries: Readonly<Record<string, Entry>>;
  readonly #data: ArrayBuffer;
  readonly #start: number;

  constructor(data: ArrayBuffer) {
    const length = data.byteLength >= 8 ? Number(new DataView(data).getBigUint64(0, true)) : NaN;
    if (!(length <= data.byteLength - 8)) throw new Error("The data file is cut short or is not a safetensors file.");
    const { __metadata__, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 8, length))) as Record<string, unknown>;
    this.metadata = (__metadata__ ?? {}) as Record<string, string>;
    this.#entries = entries as Record<string, Entry>;
    this.#data = data;
    this.#start = 8 + length;
  }

  get names(): readonly string[] {
    return Object.keys(this.#entries);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#entries, name);
  }

  tensor<K extends Kind>(name: string, kind: K): Tensor<K> {
    const entry = this.#entries[name];
    if (entry === undefined) throw new Error(`The data file has no tensor "${name}".`);
    if (entry.dtype !== kind) throw new Error(`The data file's tensor "${name}" is ${entry.dtype}; expected ${kind}.`);
    const [from, to] = entry.data_offsets;
    // A copy: tensors need not start at a multiple of their element size.
    const bytes = this.#data.slice(this.#start + from, this.#start + to);
    const values = new kinds[kind](bytes) as InstanceType<(typeof kinds)[K]>;
    if (values.length !== entry.shape.reduce((a, b) => a * b, 1)) throw new Error(`The data file's tensor "${name}" is cut short.`);
    return { shape: entry.shape, values };
  }
}
