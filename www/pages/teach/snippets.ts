import { version } from "oodgate/package.json";
import type { Kind } from "../../shared/state/project";
import type { Scale } from "../../shared/state/scaling";

/**
 * Versions of what the pages load: those that the site itself is built with, which a test runs
 * the pages with.
 */
const ONNXRUNTIME = "1.31.0-dev.20260914-8d85527a0";
const TRANSFORMERS = "4.3.1";

const cdn = (path: string): string => `https://cdn.jsdelivr.net/npm/${path}`;
const load = (
  file: string,
): string => `import { loadHead } from "${cdn(`oodgate@${version}/dist/index.js`)}";

const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
const head = await loadHead(await bytes(${JSON.stringify(file)}));`;

const answer = (
  features: string,
): string => `const { label, accepted, pValue } = await head.gate(${features});
  const verdict = accepted[0] ? label[0] : "none of these";
  document.querySelector("output").textContent = \`\${verdict} (p = \${pValue[0].toFixed(3)})\`;`;

const page = (input: string, script: string): string => `<!doctype html>
<meta charset="utf-8">
<title>One of these, or none</title>
<p>${input} <output></output></p>
<script type="module">
${script}
</script>
`;

const PICTURES = (file: string): string =>
  page(
    '<input type="file" accept="image/*">',
    `import * as ort from "${cdn(`onnxruntime-web@${ONNXRUNTIME}/dist/ort.wasm.bundle.min.mjs`)}";
${load(file)}
const backbone = await ort.InferenceSession.create(await bytes("efficientnet-lite0-int8.onnx"));

document.querySelector("input").addEventListener("change", async ({ target }) => {
  // The middle square, 224 pixels wide: what the head was taught with.
  const picture = await createImageBitmap(target.files[0]);
  const side = Math.min(picture.width, picture.height);
  const context = new OffscreenCanvas(224, 224).getContext("2d");
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  context.drawImage(picture, left, top, side, side, 0, 0, 224, 224);
  const { data } = context.getImageData(0, 0, 224, 224);
  const rgba = new ort.Tensor("uint8", new Uint8Array(data.buffer), [1, 224, 224, 4]);
  const { features } = await backbone.run({ rgba });
  ${answer("features.data")}
});`,
  );

const WORDS = (file: string): string =>
  page(
    "<input>",
    `import { pipeline } from "${cdn(`@huggingface/transformers@${TRANSFORMERS}`)}";
${load(file)}
const embed = await pipeline("feature-extraction", "Xenova/all-MiniLM-L6-v2", { dtype: "q8" });

document.querySelector("input").addEventListener("change", async ({ target }) => {
  const features = await embed(target.value, { pooling: "mean", normalize: true });
  ${answer("features")}
});`,
  );

const NUMBERS = (file: string, scale: Scale): string =>
  page(
    "<input>",
    `${load(file)}
// How each number was brought to the scale of the others.
const mean = ${JSON.stringify(scale.mean)};
const deviation = ${JSON.stringify(scale.deviation)};

document.querySelector("input").addEventListener("change", async ({ target }) => {
  const row = target.value.split(",").map((number, i) => (Number(number) - mean[i]) / deviation[i]);
  ${answer("[row]")}
});`,
  );

/** A page that asks the head in this file, complete. */
export function snippet(kind: Kind, file: string, scale: Scale | undefined): string {
  if (kind === "pictures") return PICTURES(file);
  if (kind === "words") return WORDS(file);
  return NUMBERS(file, scale ?? { mean: [], deviation: [] });
}
