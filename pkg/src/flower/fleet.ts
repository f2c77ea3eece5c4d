import { OodgateError } from "../api/errors.js";
import { base64, text, unreadable, type Bytes } from "./bytes.js";
import { sign, type NodeKeys } from "./keys.js";
import { Fields } from "./protobuf.js";

/** The server's "no" to one call, which asking again would not change. */
export class Refusal extends Error {
  readonly status: number;

  constructor(call: string, status: number, detail: string) {
    super(`the server refused ${call} (${status}): ${detail}`);
    this.status = status;
  }
}

const TYPE = "application/protobuf";
/** Longest time for one call, the upload of 5 MiB over a slow line included. */
const CALL_MS = 60_000;
/** Between tries: twice as long each time, within these. */
const FIRST_PAUSE_MS = 500, LONGEST_PAUSE_MS = 15_000;
/** The server takes clocks that are ahead by 5 s or behind by 305 s. */
const CLOCK_MS = 2000;

/** A pause that a signal ends. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", end, { once: true });
  });
}

/** What a "no" says: Flower answers JSON with a detail. */
function detailOf(body: Uint8Array): string {
  const said = text(body.subarray(0, 2000));
  try {
    const { detail, message } = JSON.parse(said);
    return String(detail ?? message ?? said);
  } catch {
    return said.trim() || "without a reason";
  }
}

interface Answer {
  status: number;
  type: string;
  date: string | null;
  body: Bytes;
}

/** Signed calls of Flower's Fleet API. */
export class Fleet {
  readonly #url: string;
  readonly #keys: NodeKeys;
  readonly #signal: AbortSignal;
  readonly #onReach: (isReached: boolean) => void;
  /** What is added to this clock to have the server's. */
  #skew = 0;
  #headers: Record<string, string> = {};

  constructor(
    url: string,
    keys: NodeKeys,
    signal: AbortSignal,
    onReach: (isReached: boolean) => void,
  ) {
    this.#url = `${url}v1/fleet/`;
    this.#keys = keys;
    this.#signal = signal;
    this.#onReach = onReach;
  }

  /** Seconds since 1970 by the server's clock. */
  now(): number {
    return (Date.now() + this.#skew) / 1000;
  }

  /**
   * One call. A server that cannot be reached is asked again for `patience` seconds; one that says
   * no is a `Refusal`.
   */
  async call(name: string, body: Bytes, patience: number): Promise<Fields> {
    const until = performance.now() + patience * 1000;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      try {
        const answer = await this.#ask(name, body);
        this.#onReach(true);
        return answer;
      } catch (error) {
        if (this.#signal.aborted) throw this.#signal.reason;
        if (!(error instanceof Unreached)) throw error;
        if (performance.now() + wait > until) throw error.told;
        this.#onReach(false);
      }
      // Not all nodes at once, when a server is back.
      await pause(wait * (0.75 + Math.random() / 2), this.#signal);
    }
  }

  async #ask(name: string, body: Bytes): Promise<Fields> {
    let answer = await this.#post(name, body);
    if (answer.status === 401 && this.#setClock(answer.date)) answer = await this.#post(name, body);
    const { status } = answer;
    if (status >= 500 || status === 408 || status === 429)
      throw new Unreached(unavailable(`the server answered ${status}`));
    const isNoApi = status === 404 || status === 405 || status === 415;
    if (isNoApi) throw unreadable(`there is no Fleet API at ${this.#url} (${status})`);
    if (status >= 400) throw new Refusal(name, status, detailOf(answer.body));
    // A page in place of the answer: a proxy whose server is not there, or no proxy at all.
    if (!answer.type.includes(TYPE))
      throw new Unreached(unreadable(`there is no Fleet API at ${this.#url}`));
    return new Fields(answer.body);
  }

  /** Takes over the server's clock; answers whether that changes anything. */
  #setClock(date: string | null): boolean {
    const skew = Date.parse(date ?? "") - Date.now();
    if (!(Math.abs(skew - this.#skew) > CLOCK_MS)) return false;
    this.#skew = skew;
    return true;
  }

  async #post(name: string, body: Bytes): Promise<Answer> {
    // Not "Z" at its end, which Python reads from 3.11 on.
    const timestamp = new Date(Date.now() + this.#skew).toISOString().replace("Z", "+00:00");
    this.#headers = {
      "content-type": TYPE,
      accept: TYPE,
      "flwr-public-key": base64(this.#keys.pem),
      "flwr-timestamp": timestamp,
      "flwr-signature": base64(await sign(this.#keys, timestamp)),
    };
    const call = new AbortController();
    const end = (): void => call.abort(this.#signal.reason);
    const timer = setTimeout(() => call.abort(), CALL_MS);
    this.#signal.addEventListener("abort", end);
    if (this.#signal.aborted) end();
    try {
      const init = { method: "POST", headers: this.#headers, body, signal: call.signal };
      const response = await fetch(this.#url + name, init);
      return {
        status: response.status,
        type: response.headers.get("content-type") ?? "",
        date: response.headers.get("date"),
        body: new Uint8Array(await response.arrayBuffer()),
      };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Unreached(unavailable(why, cause));
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", end);
    }
  }

  /**
   * One call whose answer nobody waits for: a page that goes away has no time to sign, and the last
   * signature is good for 300 s.
   */
  send(name: string, body: Bytes): void {
    const init = { method: "POST", headers: this.#headers, body, keepalive: true };
    fetch(this.#url + name, init).catch(() => {});
  }
}

/** A call that may go through later. */
class Unreached extends Error {
  /** What the caller is told where it does not. */
  readonly told: OodgateError;

  constructor(told: OodgateError) {
    super(told.message);
    this.told = told;
  }
}

function unavailable(why: string, cause?: unknown): OodgateError {
  return new OodgateError("server-unavailable", `the server cannot be reached: ${why}`, { cause });
}
