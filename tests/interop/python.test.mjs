// Exported ONNX models in Python's onnxruntime, and onnx's checker: onnx_file.py in an environment of its own, .tools/interop-python,
// with the versions of requirements.txt. Without Python or its packages this is not run, and says so; CI has both.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";

const folder = at(".tools", "interop-python");
const python = at(".tools", "interop-python", ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
const wanted = readFileSync(at("tests", "interop", "requirements.txt"), "utf8").match(/^(numpy|onnx|onnxruntime)==.+$/gm);

function run(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: at(), encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${error ?? ""}${stdout}${stderr}`);
  return stdout;
}

const has = (program) => spawnSync(program, ["--version"]).status === 0;

/** Whether the environment has just these versions. */
function isReady() {
  if (!existsSync(python)) return false;
  const { stdout } = spawnSync(python, ["-m", "pip", "freeze"], { encoding: "utf8" });
  return wanted.every((line) => stdout.split(/\r?\n/).includes(line));
}

/** Makes the environment where it is not there. Answers what is missing for that, if anything is. */
function prepare() {
  if (isReady()) return undefined;
  const system = ["python3", "python"].find(has);
  if (system === undefined) return "there is no Python 3 here";
  try {
    run(system, "-m", "venv", folder);
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted);
  } catch (error) {
    return error.message;
  }
  return undefined;
}

test("onnxruntime in Python says what the gate says", { timeout: 600_000 }, (t) => {
  const missing = prepare();
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
