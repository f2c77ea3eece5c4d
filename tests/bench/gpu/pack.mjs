// Gathers in target/gpu what the GPU bench needs on a machine that has nothing: Deno, the built
// package, tfjs, the scripts, and Vulkan's loader with the libraries that NVIDIA's driver wants.
//   node tests/bench/gpu/pack.mjs       prints how large it is

import { execFileSync } from "node:child_process";
import {
  cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync,
} from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { at, Failure, main, say } from "../../../pkg/scripts/shell.mjs";
import { needBuild } from "../../lib/page.mjs";

const folder = at("target", "gpu");
const deno = at("node_modules", "@deno", "linux-x64-glibc", "deno");

/** Paths from the repository root; they stay where they are from there. */
const files = [
  "node_modules/@tensorflow/tfjs/dist/tf.min.js",
  "node_modules/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
  "pkg/dist",
  "pkg/wasm",
  "tests/bench",
  "tests/lib",
];

/** The loader, and what libGLX_nvidia.so.0 and libEGL_nvidia.so.0 link to. */
const libraries = [
  "libvulkan.so.1", "libX11.so.6", "libXext.so.6", "libxcb.so.1", "libXau.so.6", "libXdmcp.so.6",
  "libbsd.so.0", "libmd.so.0", "libGLdispatch.so.0", "libGLX.so.0", "libEGL.so.1",
];

await main(import.meta, () => {
  needBuild();
  rmSync(folder, { recursive: true, force: true });
  for (const file of files) {
    if (!existsSync(at(file))) throw new Failure(`"npm run setup" brings ${file}: it is missing.`);
    const filter = (source) => !source.endsWith(".map") && !/\.d\.ts$/.test(source);
    cpSync(at(file), path.join(folder, file), { recursive: true, dereference: true, filter });
  }
  if (!existsSync(deno)) throw new Failure("Deno for Linux on x64 is missing.");
  writeFileSync(path.join(folder, "deno.gz"), gzipSync(readFileSync(deno), { level: 9 }));
  mkdirSync(path.join(folder, "lib"));
  const known = execFileSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  for (const library of libraries) {
    const line = known.split("\n").find((one) => one.includes(`\t${library} (libc6,x86-64`));
    const found = line?.split(" => ")[1];
    if (found) cpSync(realpathSync(found), path.join(folder, "lib", library));
    else if (library === "libvulkan.so.1") {
      throw new Failure("There is no Vulkan loader: Debian's libvulkan1 has it.");
    } else say(`Not here, and left out: ${library}`);
  }
  const [size] = execFileSync("du", ["-sm", folder], { encoding: "utf8" }).split("\t");
  say(`target/gpu, ${size} MiB; there: bash target/gpu/tests/bench/gpu/run.sh`);
});
