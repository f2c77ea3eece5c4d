// Tensors of other libraries as features, as their own declarations give them.

import type { Head } from "oodgate";
import type { InferenceSession, Tensor } from "onnxruntime-web";

export async function use(head: Head, tensor: Tensor, session: InferenceSession): Promise<void> {
  await head.logits(tensor);
  const { output } = await session.run({ input: tensor });
  if (output !== undefined) await head.gate(output);
}

/** What newer libraries declare as Float16Array. */
interface Halves extends ArrayLike<number> {
  readonly BYTES_PER_ELEMENT: number;
  readonly buffer: ArrayBuffer;
  readonly [Symbol.toStringTag]: "Float16Array";
}
export const scores = (head: Head, halves: Halves): Promise<Float32Array> => head.oodScore(halves);
