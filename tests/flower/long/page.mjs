// A tab of the long federation: its share of CLINC150, its head, and what it measures at home. The same for central training.

import { createHead, metrics } from "oodgate";
import { joinFederation } from "/pkg/dist/flower.js";
import { readSafetensors } from "../../lib/safetensors.mjs";

const WIDTH = 384;

/** The rows of a split: integers times a scale for each row. */
function splitOf(tensors, name) {
  const quantised = tensors[`${name}.features`].data;
  const scale = tensors[`${name}.scale`].data;
  return {
    features: Float32Array.from(quantised, (value, index) => value * scale[Math.floor(index / WIDTH)]),
    labels: tensors[`${name}.labels`].data,
  };
}

function pick({ features, labels }, isWanted) {
  const rows = [...labels.keys()].filter((row) => isWanted(row, labels[row]));
  const picked = new Float32Array(rows.length * WIDTH);
  rows.forEach((row, index) => picked.set(features.subarray(row * WIDTH, (row + 1) * WIDTH), index * WIDTH));
  return { features: picked, labels: Int32Array.from(rows, (row) => labels[row]) };
}

export async function load() {
  const { tensors, metadata } = readSafetensors(await (await fetch("/clinc150.safetensors")).arrayBuffer());
  const splits = Object.fromEntries(["train", "val", "test", "oos_test"].map((name) => [name, splitOf(tensors, name)]));
  return { ...splits, classes: JSON.parse(metadata.classes) };
}

/** Which rows are a tab's: every one in so many rows of each intent, or every intent in so many. */
const shareOf = (kind, tab, tabs) => (row, label) => (kind === "iid" ? row : label) % tabs === tab;

const newHead = (classes, options) => createHead({ features: WIDTH, classes, backend: "cpu", ...options });

const right = ({ classIndex }, labels) => classIndex.filter((value, row) => value === labels[row]).length / labels.length;

/** Out-of-scope rows against known ones by "auto", and how many known ones the gate rejects, after a calibration on `val`. */
async function measure(head, val, test, oos) {
  const [id, ood] = [await head.oodScore(test.features), await head.oodScore(oos.features)];
  const auroc = metrics.auroc(id, ood);
  const rejected = async () => {
    const { accepted } = await head.gate(test.features);
    return accepted.filter((one) => one === 0).length / accepted.length;
  };
  await head.calibrate(val.features, val.labels);
  const heldOut = await rejected();
  await head.calibrate();
  return { auroc, rejected: heldOut, rejectedByCross: await rejected() };
}

/** Central training with the package's defaults, measured on all rows and on each tab's own. */
export async function central(kind, tabs) {
  const { train, val, test, oos_test: oos, classes } = await load();
  const head = await newHead(classes);
  await head.fit(train.features, train.labels);
  const accuracy = right(await head.predict(test.features), test.labels);
  const ood = await head.oodScore(oos.features);
  const id = await head.oodScore(test.features);
  const home = Array.from({ length: tabs }, (_, tab) => {
    const isOwn = shareOf(kind, tab, tabs);
    return metrics.auroc(id.filter((_, row) => isOwn(row, test.labels[row])), ood);
  });
  head.dispose();
  return { accuracy, auroc: metrics.auroc(id, ood), home };
}

/** Joins with this tab's share. Every tab measures on its share of all test rows, so that their mean is the accuracy on all of them. */
export async function join({ kind, tab, tabs }) {
  const data = await load();
  const { train, val, test, oos_test: oos, classes } = data;
  // Seeds of their own: the tabs' rows are in the same order of intents, and equal shuffles would make equal batches, whose noise the
  // mean does not lessen.
  const head = await newHead(classes, { optimizer: { kind: "sgd", learningRate: 0.1, momentum: 0.9 }, seed: tab });
  const isOwn = shareOf(kind, tab, tabs);
  const own = pick(train, isOwn);
  await head.addRows(own.features, own.labels);
  const heldOut = pick(test, (row) => row % tabs === tab);
  const failures = [];
  const onEvent = (event) => event.type === "failed" && failures.push(event.error.message);
  const federation = await joinFederation({ head, heldOut, onEvent, heartbeat: 30, poll: 0.5, calibrate: false });
  globalThis.finish = async () => {
    await federation.leave();
    const accuracy = right(await head.predict(test.features), test.labels);
    const home = pick(test, isOwn);
    const atHome = await measure(head, pick(val, isOwn), home, oos);
    return { accuracy, homeAccuracy: right(await head.predict(home.features), home.labels), ...atHome, rows: own.labels.length, failures };
  };
  return federation.node;
}
