import { keepOffline } from "../../shared/offline";
import { TensorFile } from "../../shared/state/safetensors";

/** Rows of one part of the data set: features [rows, dim] row-major, labels [rows] (-1: no intent), sentences [rows]. */
export interface Split {
  readonly rows: number;
  readonly features: Float32Array<ArrayBuffer>;
  readonly labels: Int32Array;
  readonly texts: readonly string[];
}

export interface Dataset {
  readonly dim: number;
  readonly classes: readonly string[];
  /** What the head is trained on. */
  readonly train: Split;
  /** In-scope sentences kept apart for the threshold. */
  readonly val: Split;
  /** In-scope sentences on which the page reports. */
  readonly test: Split;
  /** Sentences of no intent, on which the page reports. */
  readonly oos: Split;
}

/** Relative to the page, so that the site can live in any folder. */
const FILE = "../clinc150.safetensors";

/** Called while bytes arrive; `total` is unknown when the server does not say it. */
export type OnProgress = (received: number, total: number | undefined) => void;

export async function loadDataset(onProgress: OnProgress): Promise<Dataset> {
  const bytes = await download(new URL(FILE, document.baseURI), onProgress);
  const file = new TensorFile(bytes);
  const texts = JSON.parse(file.metadata["texts"] ?? "{}") as Record<string, string[]>;
  const split = (name: string): Split => readSplit(file, name, texts[name] ?? []);
  const train = split("train");
  return {
    dim: train.features.length / train.rows,
    classes: JSON.parse(file.metadata["classes"] ?? "[]") as string[],
    train,
    val: split("val"),
    test: split("test"),
    oos: split("oos_test"),
  };
}

async function download(url: URL, onProgress: OnProgress): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The sentences could not be loaded: the server answered ${response.status} ${response.statusText}.`);
  // With a content encoding the length counts compressed bytes, and the stream does not.
  const length = response.headers.get("content-encoding") === null ? Number(response.headers.get("content-length")) : 0;
  const total = length > 0 ? length : undefined;
  if (response.body === null) return response.arrayBuffer();

  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    received += value.byteLength;
    onProgress(received, total);
  }
  const file = new Blob(parts, { type: response.headers.get("content-type") ?? "" });
  void keepOffline(url, file);
  return file.arrayBuffer();
}

/** Features are stored as 8-bit integers with one scale per row: feature = integer * scale. */
function readSplit(file: TensorFile, name: string, texts: readonly string[]): Split {
  const stored = file.tensor(`${name}.features`, "I8");
  const scale = file.tensor(`${name}.scale`, "F32").values;
  const labels = file.tensor(`${name}.labels`, "I32").values;
  const [rows = 0, dim = 0] = stored.shape;
  if (scale.length !== rows || labels.length !== rows) throw new Error(`The data file's parts of "${name}" have different numbers of rows.`);

  const features = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const factor = scale[row] as number;
    for (let i = row * dim; i < (row + 1) * dim; i++) features[i] = (stored.values[i] as number) * factor;
  }
  return { rows, features, labels, texts };
}
