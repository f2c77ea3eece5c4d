// A gate that was taught here, on Ray Data: 20 000 rows of a Parquet file by one and by two actors, and with an actor killed on the way.
// Without Python or its packages this is not run, and says so; CI has both. `npm run ray` is the long form.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { differences, runProgram, scoreOnRay } from "../../examples/ray/run.mjs";
import { prepare } from "../../pkg/scripts/python.mjs";
import { at } from "../../pkg/scripts/shell.mjs";

const folder = at("target", "ray-short");

test("Ray says of 20 000 rows what the gate says, and loses none with an actor", { timeout: 600_000 }, async (t) => {
  const { missing, runs, compared } = await scoreOnRay({ rows: 20_000, features: 64, actors: [1, 2], folder });
  if (missing !== undefined) {
    assert.ok(!process.env.CI, `CI needs Python 3 and its packages: ${missing}`);
    return t.skip(`NOT RUN: ${missing}`);
  }
  assert.deepEqual(runs.map(({ actors, rows, killed }) => [actors, rows, killed]), [[1, 20_000, undefined], [2, 20_000, undefined], [2, 20_000, 1]]);
  const { rows, rejected, others, off } = compared;
  assert.equal(rows, 20_000);
  // One in ten is a stranger, and about 5 % of the others.
  assert.ok(rejected > 2000 && rejected < 4000, `${rejected} rejected`);
  assert.equal(others, 0, "verdicts that differ from the package's");
  assert.ok(off <= 1e-5, `scores off by ${off} (1 + |score|)`);
  t.diagnostic(`${runs.map(({ actors, seconds }) => `${actors} actors ${seconds.toFixed(1)} s`).join(", ")}; scores off by ${off.toExponential(1)}`);
});

test("the programs of docs/servers.md say the same", { timeout: 600_000 }, (t) => {
  const { python, missing } = prepare("servers-python", at("examples", "ray", "requirements.txt"));
  if (missing !== undefined) return t.skip(`NOT RUN: ${missing}`);
  const { class: classes, accepted } = JSON.parse(readFileSync(`${folder}/sample.json`, "utf8"));
  const said = runProgram("plain.py", { python, folder }).trim().split(/\r?\n/);
  assert.deepEqual(said, classes.map((label, row) => (accepted[row] ? label : "none of these")));
  runProgram("on_ray.py", { python, folder });
  assert.deepEqual(differences("verdicts", { python, folder }), { rows: 20_000, others: 0 });
});
