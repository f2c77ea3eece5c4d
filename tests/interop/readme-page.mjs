// Runs README's example as it stands, with the language model from this server, and answers what it prints.

import { env } from "@huggingface/transformers";

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = "/models/";
env.backends.onnx.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
env.backends.onnx.wasm.numThreads = 1;
env.useBrowserCache = false;
env.useWasmCache = false;

globalThis.runExample = async (url) => {
  const printed = [];
  const { log } = console;
  console.log = (text) => printed.push(text);
  try {
    await import(url);
  } finally {
    console.log = log;
  }
  return printed;
};
