// Exported ONNX models in Python's onnxruntime, and onnx's checker: onnx_file.py in an environment of its own, .tools/interop-python,
// with the versions of requirements.txt. Without Python or its packages this is not run, and says so; CI has both.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { prepare } from "../../pkg/scripts/python.mjs";
import { at } from "../../pkg/scripts/shell.mjs";

function run(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: at(), encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${error ?? ""}${stdout}${stderr}`);
  return stdout;
}

test("onnxruntime in Python says what the gate says", { timeout: 600_000 }, (t) => {
  const { python, missing } = prepare("interop-python", at("tests", "interop", "requirements.txt"), /^(numpy|onnx|onnxruntime)$/);
  if (missing !== undefined) {
    assert.ok(!process.env.CI, `CI needs Python 3 and its packages: ${missing}`);
    return t.skip(`NOT RUN: ${missing}`);
  }
  // Fresh: a model that an earlier version wrote is none of this one's.
  const models = at("target", "interop-python");
  rmSync(models, { recursive: true, force: true });
  run("cargo", "run", "--quiet", "--example", "interop", "--", models);
  t.diagnostic(run(python, at("tests", "interop", "onnx_file.py"), models).trim().replaceAll("\n", " "));
});
