import { download, type OnBytes } from "../../shared/backbones/download";
import { TensorFile } from "../../shared/state/safetensors";

/** Relative to the page, so that the site can live in any folder. */
const FILE = { url: "../fashion-mnist.bin", size: 2_900_944 };

export type Tensors = Readonly<Record<string, Uint8Array>>;

/** The pictures, as the file holds them: see data/README.md. */
export async function loadPictures(onBytes: OnBytes): Promise<Tensors> {
  const [compressed] = await download([FILE], onBytes);
  if (compressed === undefined) throw new Error("The file of pictures is empty.");
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const file = new TensorFile(await new Response(stream).arrayBuffer());
  return Object.fromEntries(file.names.map((name) => [name, file.tensor(name, "U8").values]));
}
