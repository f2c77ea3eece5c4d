import type { OpenedHead } from "../core/core.js";
import { operationNames, type OperationName, type Result } from "../core/operations.js";
import { Calls } from "./calls.js";
import { monitorOf } from "./monitor.js";
import type { Calibration, Head } from "./types.js";

/** The methods that the table of operations makes. */
type Methods = { [K in OperationName]: (...given: any[]) => Promise<Result<K>> };

function methodsOf(calls: Calls): Methods {
  const methods = operationNames.map((name) => {
    // Named by its key, for stacks and consoles.
    return { [name]: (...given: unknown[]) => calls.call(name, given) };
  });
  return Object.assign({}, ...methods) as Methods;
}

/**
 * The public head. No member uses `this`: behind a proxy, such as those of Vue and MobX, `this` is
 * the proxy, which has none of an object's private fields.
 */
class PublicHead {
  constructor(opened: OpenedHead) {
    const { core } = opened;
    const calls = new Calls(opened);
    const dispose = (): void => calls.dispose();
    const members: Head = {
      features: opened.options.features,
      get classes() {
        return calls.options.classes;
      },
      get options() {
        return calls.options;
      },
      get backend() {
        return core.status.backend;
      },
      // For a getter, "optional" and "may be undefined" are the same.
      get fallbackReason() {
        return core.status.fallbackReason as string;
      },
      get steps() {
        return core.status.steps;
      },
      get calibration() {
        return core.status.calibration as Calibration;
      },
      get rows() {
        return core.status.rows;
      },
      ...methodsOf(calls),
      monitor: (options) => monitorOf(core.status.calibration, options),
      dispose,
      [Symbol.dispose]: dispose,
    };
    for (const key of Reflect.ownKeys(members)) {
      const member = Object.getOwnPropertyDescriptor(members, key) as PropertyDescriptor;
      // As with a class's methods, consoles show what the head is and not what it can do.
      const enumerable = typeof member.value !== "function";
      Object.defineProperty(this, key, { ...member, enumerable });
    }
  }
}

/** The public head of a core. */
export function publicHead(opened: OpenedHead): Head {
  return new PublicHead(opened) as Head;
}
