// Sentences that the site ships: those of some intents, and some of none.

import { readFileSync } from "node:fs";
import { at } from "../../pkg/scripts/shell.mjs";

const file = readFileSync(at("www", "public", "clinc150.safetensors"));
const end = 8 + Number(file.readBigUInt64LE(0));
const header = JSON.parse(file.subarray(8, end));
const texts = JSON.parse(header.__metadata__.texts);
const classes = JSON.parse(header.__metadata__.classes);

function labels(split) {
  const [from, to] = header[`${split}.labels`].data_offsets;
  return new Int32Array(
    file.buffer.slice(file.byteOffset + end + from, file.byteOffset + end + to),
  );
}

/** Sentences of an intent, from "train" or "test". */
export function sentences(intent, split) {
  const wanted = classes.indexOf(intent);
  if (wanted < 0) throw new Error(`There is no intent ${intent}.`);
  return texts[split].filter((_, i) => labels(split)[i] === wanted);
}

/** Sentences of no intent. */
export const outOfScope = () => texts.oos_test;
