// Everything that must hold, as stages that `npm test` runs side by side, each in a process of its
// own.
//   node pkg/scripts/stages.mjs ID     runs one of them, without those that it needs

import { existsSync, readdirSync } from "node:fs";
import { packOnce } from "../../tests/package/packed.mjs";
import { checkAdvisories } from "./advisories.mjs";
import { checkApi } from "./api.mjs";
import { build, featureArguments, target, targetDir, wasmFiles } from "./build.mjs";
import { checkLicences } from "./licences.mjs";
import { missingPython } from "./python.mjs";
import { reference } from "./reference.mjs";
import { at, Failure, main, npm, run } from "./shell.mjs";
import { checkSizes } from "./sizes.mjs";
import { missingMesa, missingVulkan } from "./vulkan.mjs";
import { missingWebKit } from "./webkit.mjs";

/**
 * @typedef {object} Check what a stage is besides its place in the schedule (schedule.mjs)
 * @property {string} group what `npm test -- --only` names
 * @property {string} heading
 * @property {() => void | string[] | Promise<void | string[]>} body throws when something does not
 *   hold; may return a list of what it could not check
 */

const warningsAreErrors = ["--", "-D", "warnings"];

// The folder and profile of the wasm build itself: both share its build scripts and macros.
const asBuilt = (file) =>
  ["--target", target, "--target-dir", targetDir(file), "--profile", wasmFiles[file].profile];

// LogitNorm for burn, which the oracle of the CPU engine is made of.
const withBurn = ["--features", "burn"];

function clippyNative() {
  run("cargo", ["clippy", "--all-targets", ...withBurn, ...warningsAreErrors]);
  // The study behind the tables of docs, which nothing else compiles.
  const study = ["--manifest-path", at("tests", "study", "Cargo.toml"), "--locked"];
  const built = ["--target-dir", at("target", "study")];
  run("cargo", ["clippy", ...study, ...built, ...warningsAreErrors]);
}

function clippyWasm(file) {
  const features = featureArguments(file);
  run("cargo", ["clippy", "--lib", ...asBuilt(file), ...features, ...warningsAreErrors]);
}

// Each where its dependencies have been checked already: WebGPU alone takes minutes natively.
function docs(...args) {
  run("cargo", ["doc", "--lib", "--no-deps", ...args], { env: { RUSTDOCFLAGS: "-D warnings" } });
}

const tsc = (project) => run(
  process.execPath,
  [at("node_modules", "typescript", "bin", "tsc"), "--noEmit", "-p", at(project)],
);

const nodeTest = (file) => run(process.execPath, ["--test", "--test-reporter=spec", at(file)]);

/** The *.test.mjs files below a folder, as paths from the repository root. */
function testFiles(folder) {
  const names = existsSync(at(folder)) ? readdirSync(at(folder), { recursive: true }) : [];
  const files = names.filter((name) => name.endsWith(".test.mjs")).sort();
  // A suite that vanished must not look like a suite that passed.
  if (files.length === 0) throw new Failure(`${folder} holds no *.test.mjs file.`);
  return files.map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}

/**
 * A stage per test file of a group: those in `first` before the others, for they take longest, and
 * those in `alone` by themselves, for what runs beside them would distort what they measure. Those
 * with the same name in `locks` run one after the other. For those in `lacking`, a function answers
 * what they lack here, if anything.
 */
function tests(group, { needs = [], first = [], alone = [], locks = {}, lacking = {} } = {}) {
  const stages = testFiles(`tests/${group}`).map((file) => {
    const name = file.slice(`tests/${group}/`.length, -".test.mjs".length);
    const heading = file.slice("tests/".length);
    const isFirst = first.includes(name);
    const place = { needs, alone: alone.includes(name), lock: locks[name], isFirst };
    const body = () => {
      const missing = lacking[name]?.();
      return missing ? [missing] : nodeTest(file);
    };
    return { id: file, group, heading, body, ...place };
  });
  return [...stages.filter(({ isFirst }) => isFirst), ...stages.filter(({ isFirst }) => !isFirst)];
}

const onlyOnLinux = (missing) => () => (process.platform === "linux" ? undefined : missing());

const built = ["build-ts"];

/** @returns {(import("./schedule.mjs").Stage & Check)[]} */
export const stages = () => [
  {
    id: "format", group: "format", heading: "Rust is formatted",
    body: () => run("cargo", ["fmt", "--check"]),
  },
  // It takes longest, and most of the others wait for it.
  {
    id: "build-webgpu", group: "build", heading: "The WebGPU engine builds",
    body: () => build({ only: ["webgpu"] }), lock: "webgpu",
  },
  ...tests("tools"),
  {
    id: "licences", group: "licences", heading: "Licences of crates and packages",
    body: checkLicences,
  },
  {
    id: "advisories", group: "licences", heading: "Advisories, where they can be asked",
    body: checkAdvisories,
  },
  {
    id: "build-cpu", group: "build", heading: "The CPU engine builds",
    body: () => build({ only: ["cpu"] }), lock: "cpu",
  },
  {
    id: "build-files", group: "build", heading: "The file formats build",
    body: () => build({ only: ["files"] }), lock: "files",
  },
  {
    id: "build-ts", group: "build", heading: "The TypeScript wrapper builds",
    body: () => build({ only: ["ts"] }), needs: ["build-cpu", "build-webgpu", "build-files"],
  },
  {
    id: "sizes", group: "build", heading: "Downloads within their budget",
    body: checkSizes, needs: built,
  },
  {
    id: "build-site", group: "site", heading: "The demo page builds",
    body: () => npm("run", "build", "-w", "www"), needs: built,
  },
  {
    id: "pack", group: "package", heading: "The package is packed",
    body: packOnce, needs: built,
  },
  {
    id: "types", group: "types", heading: "Types of the public API",
    body: () => tsc("tests/types"), needs: built,
  },
  {
    id: "api", group: "types", heading: "The public declarations are those accepted",
    body: checkApi, needs: built,
  },
  {
    id: "reference", group: "types", heading: "Every public member is documented",
    body: () => reference(), needs: built,
  },
  {
    id: "types-site", group: "types", heading: "Types of the demo page",
    body: () => ["www", "www/worker"].forEach(tsc), needs: built,
  },
  {
    id: "clippy-native", group: "clippy", heading: "Clippy, CPU engine, native",
    body: clippyNative, lock: "native",
  },
  ...Object.keys(wasmFiles).map((file) => ({
    id: `clippy-${file}`, group: "clippy", heading: `Clippy, ${wasmFiles[file].name}, wasm`,
    body: () => clippyWasm(file), lock: file,
  })),
  {
    id: "docs", group: "docs", heading: "Documentation of the core",
    body: () => docs(...withBurn), lock: "native",
  },
  {
    id: "docs-webgpu", group: "docs", heading: "Documentation of the WebGPU engine",
    body: () => docs(...featureArguments("webgpu"), ...asBuilt("webgpu")), lock: "webgpu",
  },
  {
    id: "native", group: "native", heading: "Native tests",
    body: () => run("cargo", ["test", ...withBurn]), lock: "native",
  },
  ...tests("browser", {
    needs: built,
    first: ["suite-webgpu", "suite-webgpu-workers-even", "suite-webgpu-workers-odd"],
    alone: ["frames", "soak", "tasks"],
    // Of Debian's packages, which the set-up installs; other systems have none.
    lacking: { webkit: missingWebKit },
  }),
  ...tests("crate", { needs: built }),
  ...tests("faults", { needs: built }),
  ...tests("interop", {
    // README's example needs the language model that the site's build fetches.
    needs: [...built, "build-site"],
    // Both install into one environment of Python's.
    locks: { python: "interop-python", front: "interop-python" },
    lacking: { python: missingPython, ray: missingPython },
  }),
  ...tests("flower", { needs: built }),
  ...tests("package", {
    needs: [...built, "pack"],
    first: ["deno-webgpu"],
    // Linux has Mesa's driver, or the tests fail.
    lacking: {
      "deno-webgpu": onlyOnLinux(missingMesa),
      "gpu-bench": onlyOnLinux(() => "the GPU bench, which carries a program for Linux"),
      "node-webgpu": missingVulkan,
    },
  }),
  ...tests("site", {
    needs: ["build-site"],
    // Beside others, the camera's answer other frames, and fewer.
    alone: ["page-free", "teach", "teach-memory", "teach-tray", "webkit"],
    lacking: { webkit: missingWebKit },
  }),
];

await main(import.meta, async () => {
  const [id] = process.argv.slice(2);
  const stage = stages().find((one) => one.id === id);
  if (!stage) throw new Failure(`There is no stage "${id}".`);
  const left = (await stage.body()) ?? [];
  // The parent, where there is one, counts what could not be checked.
  process.send?.({ left });
  process.disconnect?.();
});
