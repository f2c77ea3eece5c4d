// Vulkan played by the CPU, for WebGPU in Node: the loader is the system's, and the driver Chromium's.

import { existsSync } from "node:fs";
import path from "node:path";
import { findChromium } from "./chromium.mjs";
import { Failure } from "./shell.mjs";
import { find, install } from "./system.mjs";

const folders = ["x86_64", "aarch64"].map((cpu) => `/usr/lib/${cpu}-linux-gnu`);
const loader = {
  title: "Vulkan's loader",
  variable: "VULKAN_LOADER_PATH",
  names: [],
  places: { linux: [...folders, "/usr/lib", "/usr/lib64"].map((folder) => `${folder}/libvulkan.so.1`) },
  debian: "libvulkan1",
};

/** The description of SwiftShader that lies beside Chromium, for VK_DRIVER_FILES. */
export function swiftShader() {
  const chromium = findChromium();
  const beside = ["/usr/lib/chromium", ...(chromium ? [path.dirname(chromium)] : [])];
  const files = beside.map((folder) => path.join(folder, "vk_swiftshader_icd.json"));
  return files.find((file) => existsSync(file));
}

/** What is missing for WebGPU in Node, in words; undefined when nothing is. */
export function missingVulkan() {
  if (!find(loader)) return `WebGPU in Node, for want of ${loader.title}`;
  return swiftShader() ? undefined : "WebGPU in Node, for want of Chromium's SwiftShader";
}

/** Installs the loader where that is possible; elsewhere the stage says that it did not run. */
export function installVulkan() {
  if (process.platform !== "linux" || find(loader)) return;
  try {
    install(loader);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(error.message);
  }
}
