// A head that is taught as a page teaches it, on sentences that a language model embedded: every
// step's figures, for story.test.mjs to judge.

import { createHead, loadHead } from "oodgate";
import { readSafetensors } from "../lib/safetensors.mjs";

const file = readSafetensors(await (await fetch("/clinc150.safetensors")).arrayBuffer());
const names = JSON.parse(file.metadata.classes);
const width = file.tensors["train.features"].shape[1];

/** The first rows of a split with this label, widened; -1 is what belongs to no intent. */
function rows(split, label, from, to) {
  const [{ data: bytes }, { data: scale }, { data: labels }] =
    ["features", "scale", "labels"].map((part) => file.tensors[`${split}.${part}`]);
  const numbers = [...labels.keys()].filter((row) => labels[row] === label).slice(from, to);
  const features = new Float32Array(numbers.length * width);
  numbers.forEach((row, index) => {
    for (let column = 0; column < width; column++) {
      features[index * width + column] = bytes[row * width + column] * scale[row];
    }
  });
  return features;
}

const intent = (name) => names.indexOf(name);
const join = (...parts) => Float32Array.from(parts.flatMap((part) => Array.from(part)));
const named = (name, count) => Array.from({ length: count }, () => name);
const share = (values) => values.reduce((sum, x) => sum + Number(x), 0) / values.length;

/** New sentences of an intent: those to validate and to test on. */
const fresh = (name) => join(rows("val", intent(name), 0), rows("test", intent(name), 0));
const elsewhere = rows("oos_test", -1, 0);

/** Accuracy on new rows of the head's classes, and what the gate rejects. */
async function figures(step, head, unwanted) {
  const known = head.classes.map((name) => ({ name, features: fresh(name) }));
  let right = 0;
  let [count, rejected] = [0, 0];
  for (const { name, features } of known) {
    const { label, accepted } = await head.gate(features);
    right += label.filter((one) => one === name).length;
    rejected += accepted.length * (1 - share(accepted));
    count += label.length;
  }
  return {
    step,
    accuracy: right / count,
    knownRejected: rejected / count,
    unknownRejected: 1 - share((await head.gate(elsewhere)).accepted),
    unwantedRejected: 1 - share((await head.gate(unwanted)).accepted),
    rows: head.rows,
  };
}

/** Fits and calibrates, as a page does after each change. */
async function learn(head) {
  await head.fit();
  await head.calibrate();
}

globalThis.story = async (backend) => {
  const told = [];
  const unwanted = fresh("reminder_update");
  const tell = async (step, head) => void told.push(await figures(step, head, unwanted));
  const head = await createHead({ features: width, classes: ["alarm", "timer"], backend });
  const ids = await head.addRows(
    join(rows("train", intent("alarm"), 0, 20), rows("train", intent("timer"), 0, 20)),
    [...named("alarm", 19), "timer", ...named("timer", 20)], // the last alarm under a wrong name
  );
  await learn(head);
  await tell("two classes of 20 rows, one of them wrong", head);

  await head.addClass("reminder");
  await head.addRows(rows("train", intent("reminder"), 0, 20), named("reminder", 20));
  await learn(head);
  await tell("a third class", head);

  // What somebody saw rejected, or wrongly accepted, and named as what is not wanted.
  await head.addRows(rows("train", intent("reminder_update"), 0, 10), null);
  await learn(head);
  await tell("ten examples of the unknown", head);

  await head.removeRows([ids[19]]);
  await head.addRows(rows("train", intent("alarm"), 19, 20), ["alarm"]);
  await learn(head);
  await tell("the wrong label corrected", head);

  await head.removeClass("timer");
  await learn(head);
  await tell("a class removed", head);

  const bytes = await head.save();
  head.dispose();
  const again = await loadHead(bytes, { backend, worker: true });
  await tell("loaded in a Worker", again);
  await again.addRows(rows("train", intent("alarm"), 20, 40), named("alarm", 20));
  await learn(again);
  await tell("taught on", again);
  again.dispose();
  return told;
};
