// Vulkan played by the CPU. The loader is the system's; the driver is Chromium's for WebGPU in
// Node, whose Dawn refuses Mesa's, and Mesa's in Deno, where nothing then is as in Chromium.

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

const names = ["lvp_icd.x86_64.json", "lvp_icd.aarch64.json", "lvp_icd.json"];
const mesa = {
  title: "Mesa's Vulkan driver for the CPU",
  variable: "LAVAPIPE_PATH",
  names: [],
  places: { linux: names.map((name) => `/usr/share/vulkan/icd.d/${name}`) },
  debian: "mesa-vulkan-drivers",
};

/** The description of Mesa's driver that the CPU plays, for VK_DRIVER_FILES. */
export const lavapipe = () => find(mesa);

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

/** What is missing for WebGPU in Deno, in words; undefined when nothing is. */
export function missingMesa() {
  const missing = [loader, mesa].find((program) => !find(program));
  return missing && `WebGPU in Deno, for want of ${missing.title}`;
}

/** Installs loader and driver where that is possible; elsewhere it says what to do. */
export function installVulkan() {
  if (process.platform !== "linux") return;
  try {
    for (const program of [loader, mesa]) if (!find(program)) install(program);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(error.message);
  }
}
