/** A frame of wasm in a stack, for example "https://host/file.wasm:wasm-function[12]:0x3f". */
const FRAME = /([^\s@(]+):wasm-function\[/g;

/**
 * Whether an error left calls of wasm unfinished: a trap, or an exception that passed through wasm
 * frames, which its stack names.
 */
export function leftUnfinished(thrown: unknown): boolean {
  if (thrown instanceof WebAssembly.RuntimeError) return true;
  return thrown instanceof Error && /wasm-function\[/.test(thrown.stack ?? "");
}

/** The places that a stack names wasm code by: the file's address, or a hash of its bytes. */
function placesOf(thrown: unknown): string[] {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  return [...stack.matchAll(FRAME)].map(([, place]) => place as string);
}

/**
 * The place that stacks name a module's code by; undefined where they name none. Asked of the
 * module by a getter, which it calls while it reads options.
 */
export function placeInStacks(module: {
  checkHeadOptions?(options: unknown): unknown;
}): string | undefined {
  let place: string | undefined;
  const options = {
    get features(): undefined {
      place = placesOf(new Error())[0];
      return undefined;
    },
  };
  try {
    module.checkHeadOptions?.(options);
  } catch {
    // These are no options.
  }
  return place;
}

/** Whether an error may come from code at that place: unless its stack names only other places. */
export function isFrameOf(place: string | undefined, thrown: unknown): boolean {
  const places = placesOf(thrown);
  return place === undefined || places.length === 0 || places.includes(place);
}
