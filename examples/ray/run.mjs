// A gate that was taught by the package, over millions of rows on Ray: exports it, scores a Parquet
// file by one and by two actors and with one killed on the way, and compares with the package.
//   node examples/ray/run.mjs [--rows 2000000] [--features 128] [--actors 1,2] [--spark]
// --spark then has the Spark program of docs/servers.md score the same file, which takes Java.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createHead } from "oodgate";
import { prepare } from "../../pkg/scripts/python.mjs";
import { at, Failure, main } from "../../pkg/scripts/shell.mjs";

const classes = 20;

/** Numbers in [-0.5, 0.5), the same every time. */
function noise(length, seed) {
  let state = seed >>> 0 || 1;
  return Float32Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 - 0.5;
  });
}

/** Rows about the centres of the classes, as measure.py makes them. */
function known(rows, centres, width) {
  const features = noise(rows * width, 7);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const spread = noise(rows, 8);
  features.forEach((x, i) => {
    const row = Math.floor(i / width);
    features[i] = centres[labels[row]][i % width] + (1.5 + spread[row]) * x;
  });
  return { features, labels };
}

/** A calibrated head, its model and the centres, in a folder. */
export async function teach(folder, width) {
  // One more, of rows that are none of the classes.
  const centres = Array.from({ length: classes + 1 }, (_, of) => [...noise(width, 100 + of)]);
  const head = await createHead({
    features: width,
    classes: Array.from({ length: classes }, (_, of) => `class ${of}`),
  });
  const { features, labels } = known(2000, centres, width);
  await head.fit(features, labels);
  await head.calibrate();
  const model = await head.exportOnnx({ includeTrainingRows: true });
  writeFileSync(`${folder}/gate.onnx`, model);
  writeFileSync(`${folder}/centres.json`, JSON.stringify(centres));
  return head;
}

/**
 * How many of the sampled rows the package judges otherwise, how far their scores are off in
 * (1 + |score|), and how many by more than 1e-5: where two training rows are almost equally near,
 * rounding decides which of them is the nearest.
 */
export async function compare(head, folder) {
  const said = JSON.parse(readFileSync(`${folder}/sample.json`, "utf8"));
  const bytes = readFileSync(`${folder}/sample.f32`);
  const features = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const { accepted, label, score } = await head.gate(features);
  let [others, off, beyond] = [0, 0, 0];
  score.forEach((own, row) => {
    const by = Math.abs(own - said.score[row]) / (1 + Math.abs(own));
    off = Math.max(off, by);
    if (by > 1e-5) beyond += 1;
    if (Boolean(accepted[row]) !== said.accepted[row] || label[row] !== said.class[row]) others += 1;
  });
  if (score.length !== said.score.length) throw new Failure("Not every sampled row has a verdict.");
  const rejected = said.accepted.filter((verdict) => !verdict).length;
  return { rows: score.length, rejected, others, off, beyond };
}

/** The whole comparison; answers what is missing for it, if anything is. */
export async function scoreOnRay({ rows, features, actors, folder = at("target", "ray") }) {
  const { python, missing } = prepare("servers-python", at("examples", "ray", "requirements.txt"));
  if (missing) return { missing };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const head = await teach(folder, features);
  const { status, stdout, stderr } = spawnSync(
    python,
    [at("examples", "ray", "measure.py"), folder, String(rows), ...actors.map(String)],
    { encoding: "utf8", maxBuffer: 1 << 26, env: { ...process.env, RAY_DATA_DISABLE_PROGRESS_BARS: "1" } },
  );
  if (status !== 0) throw new Failure(`measure.py failed:\n${stdout}${stderr}`);
  const runs = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const compared = await compare(head, folder);
  head.dispose();
  return { runs, compared };
}

/** The program with this name of a page of docs. */
export function program(name, page = "servers.md") {
  const text = readFileSync(at("docs", page), "utf8");
  const [, found] = new RegExp(`^\`\`\`python ${name}\\n(.*?)^\`\`\`$`, "ms").exec(text) ?? [];
  if (found === undefined) throw new Failure(`docs/${page} has no program ${name}.`);
  return found;
}

/** Has a program of docs work on what lies in a folder; answers what it printed. */
export function runProgram(name, { python, folder = at("target", "ray"), page }) {
  writeFileSync(`${folder}/${name}`, program(name, page));
  // Spark starts its own workers by this name.
  const env = { ...process.env, PYSPARK_PYTHON: python };
  const options = { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28, env };
  const { status, stdout, stderr, error } = spawnSync(python, [name], options);
  if (status !== 0) throw new Failure(`${name} failed:\n${error ?? ""}${stderr}`);
  return stdout;
}

/** Counts the verdicts in a folder of Parquet files, and those that differ from Ray's by `id`. */
export function differences(verdicts, { python, folder = at("target", "ray") }) {
  const code = `
import pyarrow.parquet as pq
ours, theirs = (pq.read_table(path).sort_by("id") for path in ("verdicts-2", "${verdicts}"))
assert ours["id"].to_pylist() == theirs["id"].to_pylist(), "other rows"
same = zip(ours["accepted"].to_pylist(), theirs["accepted"].to_pylist())
print(len(ours), sum(a != b for a, b in same))`;
  const { status, stdout, stderr } = spawnSync(python, ["-c", code], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Failure(`${verdicts}: ${stderr}`);
  const [rows, others] = stdout.trim().split(" ").map(Number);
  return { rows, others };
}

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "2000000" },
      features: { type: "string", default: "128" },
      actors: { type: "string", default: "1,2" },
      spark: { type: "boolean", default: false },
    },
  });
  const { missing, runs, compared } = await scoreOnRay({
    rows: Number(values.rows),
    features: Number(values.features),
    actors: values.actors.split(",").map(Number),
  });
  if (missing) throw new Failure(`NOT RUN: ${missing}`);
  for (const { actors, rows, seconds, rows_per_second: rate, killed } of runs) {
    const what = killed === undefined ? "" : `, ${killed} killed on the way`;
    console.log(`${actors} actors${what}: ${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rate)} rows/s`);
  }
  const { rows, rejected, others, off, beyond } = compared;
  console.log(`compared with the package: ${rows} rows, ${rejected} rejected, ${others} other verdicts, ` +
    `${beyond} scores off by more than 1e-5 (1 + |score|), at most ${off.toExponential(1)}`);
  if (!values.spark) return;
  const prepared = prepare("servers-python", at("examples", "ray", "spark.txt"));
  if (prepared.missing) throw new Failure(`Spark NOT RUN: ${prepared.missing}`);
  const began = performance.now();
  runProgram("on_spark.py", prepared);
  const seconds = (performance.now() - began) / 1000;
  const against = differences("verdicts-spark", prepared);
  console.log(`Spark: ${against.rows} rows in ${seconds.toFixed(1)} s, its start and Java's included; ${against.others} other verdicts`);
});
