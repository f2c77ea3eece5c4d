// Knows every wasm instance that the page makes, and can make one stop. Imported before the package, whose own modules keep theirs
// to themselves.

const instances = [];
let armed;

/** Lets the next call from wasm to JavaScript fail like an instruction that traps: in the middle of whatever the instance is doing. */
export function trapInside(message = "unreachable") {
  armed = message;
}

/** Bytes of the memories of all instances. */
export const wasmBytes = () => instances.reduce((sum, { memory }) => sum + (memory?.buffer.byteLength ?? 0), 0);

function watched(imports) {
  const wrap = (call) => (...given) => {
    if (armed === undefined) return call(...given);
    const message = armed;
    armed = undefined;
    throw new WebAssembly.RuntimeError(message);
  };
  const wrapAll = (module) =>
    Object.fromEntries(Object.entries(module).map(([name, value]) => [name, typeof value === "function" ? wrap(value) : value]));
  return Object.fromEntries(Object.entries(imports).map(([name, module]) => [name, wrapAll(module)]));
}

const { instantiate, instantiateStreaming, Instance } = WebAssembly;
const know = (instance) => {
  instances.push(instance.exports);
  return instance;
};
const knowResult = (result) => {
  know(result.instance ?? result);
  return result;
};
WebAssembly.instantiate = async (source, imports) => knowResult(await instantiate.call(WebAssembly, source, watched(imports)));
WebAssembly.instantiateStreaming = async (source, imports) => knowResult(await instantiateStreaming.call(WebAssembly, source, watched(imports)));
WebAssembly.Instance = function Watched(module, imports) {
  return know(new Instance(module, watched(imports)));
};
