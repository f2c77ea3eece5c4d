// The crate's examples: a page's head on a server, and LogitNorm in burn in its short form.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { createHead } from "../../pkg/dist/index.js";
import { at } from "../../pkg/scripts/shell.mjs";
import { blobs, questions } from "../interop/models.mjs";

function example(name, ...args) {
  const program = ["run", "--quiet", "--features", "burn", "--example", name, "--", ...args];
  const options = { cwd: at(), encoding: "utf8", maxBuffer: 1 << 26 };
  const { status, stdout, stderr, error } = spawnSync("cargo", program, options);
  return { status, stdout, stderr: `${error ?? ""}${stderr}` };
}

function lines(name, ...args) {
  const { status, stdout, stderr } = example(name, ...args);
  assert.equal(status, 0, stderr);
  return stdout.trim().split("\n");
}

test("score_embeddings says of a page's head what the page says", { timeout: 600_000 }, async () => {
  const folder = at("target", "examples");
  mkdirSync(folder, { recursive: true });
  const options = { features: 6, classes: ["oak", "elm", "ash"] };
  const counted = { features: 6, classes: 3 };
  const head = await createHead({ ...options, backend: "cpu" });
  const { features, labels } = blobs(240, counted, 1);
  await head.fit(features, labels);
  await head.calibrate();
  const rows = questions(counted, 3000);
  writeFileSync(`${folder}/head.safetensors`, await head.save());
  writeFileSync(`${folder}/rows.f32`, new Uint8Array(rows.buffer));

  const said = lines("score_embeddings", `${folder}/head.safetensors`, `${folder}/rows.f32`).map((line) => line.split("\t"));
  const verdicts = await head.gate(rows);
  assert.equal(said.length, verdicts.score.length);
  said.forEach(([label, probability, score, pValue, verdict], row) => {
    assert.equal(label, verdicts.label[row], `class of row ${row}`);
    const isNear = (text, own) => Number(text) === own || Math.abs(Number(text) - own) <= 1e-5 * (1 + Math.abs(own));
    // A processor's instructions may add in another order than WebAssembly's.
    assert.ok(isNear(probability, verdicts.probability[row]), `probability of row ${row}`);
    assert.ok(isNear(score.replace("inf", "Infinity"), verdicts.score[row]), `score of row ${row}: ${score}, ${verdicts.score[row]}`);
    const isClear = Math.abs(verdicts.score[row] - head.calibration.threshold) > 1e-5 * (1 + Math.abs(verdicts.score[row]));
    if (isClear) assert.equal(verdict, verdicts.accepted[row] ? "known" : "unknown", `verdict on row ${row}`);
    assert.ok(Math.abs(Number(pValue) - verdicts.pValue[row]) <= 0.02, `p-value of row ${row}`);
  });
});

test("score_embeddings by itself rejects strangers, and refuses what is no head", { timeout: 600_000 }, () => {
  const verdicts = lines("score_embeddings").map((line) => line.split("\t")[4]);
  const rejected = (rows) => rows.filter((verdict) => verdict === "unknown").length / rows.length;
  assert.ok(rejected(verdicts.slice(0, 4000)) < 0.1, "known rows");
  assert.ok(rejected(verdicts.slice(4000)) > 0.9, "strangers");
  const { status, stderr } = example("score_embeddings", "Cargo.toml", at("target", "examples", "rows.f32"));
  assert.notEqual(status, 0);
  assert.match(stderr, /InvalidFile/);
});

test("logitnorm_from_scratch, on made-up pictures", { timeout: 600_000 }, (t) => {
  const [counts, , ...rows] = lines("logitnorm_from_scratch", "--rows", "28", "--epochs", "1");
  assert.match(counts, /^240 pictures to learn, 40 known and 28 unknown/);
  const figures = /^(cross-entropy|LogitNorm) +[\d.]+% +[\d.]+% +[\d.]+%  known [\d.]+, unknown [\d.]+$/;
  assert.deepEqual(rows.map((row) => figures.exec(row)?.[1]), ["cross-entropy", "LogitNorm"]);
  rows.forEach((row) => t.diagnostic(row));
});
