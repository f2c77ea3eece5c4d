// How a page asks the Worker of a head for the bytes of its wasm memories: what carries the head's
// calls is none of the tests' business.

const open = () => new BroadcastChannel("oodgate-tests: wasm bytes");

/** In a Worker: answers whoever asks. */
export function tellBytes(wasmBytes) {
  const channel = open();
  channel.onmessage = ({ data }) => {
    if (data === "ask") channel.postMessage(wasmBytes());
  };
}

/** The bytes of the one Worker that is there. */
export function bytesOfWorkers() {
  const channel = open();
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("no Worker told its bytes")), 10_000);
    channel.onmessage = ({ data }) => {
      clearTimeout(late);
      channel.close();
      resolve(data);
    };
    channel.postMessage("ask");
  });
}
