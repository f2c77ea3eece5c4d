import { OodgateError } from "../api/errors.js";
import { base64, incompatible, text, utf8, type Bytes } from "./bytes.js";
import { sign } from "./keys.js";
import { read, type Fields } from "./protobuf.js";

/** The server's "no" to one call, which asking again would not change. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(`the server refused: ${status} ${detail}`);
    this.status = status;
  }
}

/** Signed calls of Flower's Fleet API. */
export interface Fleet {
  /** Seconds since 1970 by the server's clock. */
  now(): number;
  /**
   * One call. A server that cannot be reached is asked again for `patience` seconds; one that says
   * no is a `Refusal`.
   */
  call(name: string, body: Bytes, patience: number, signal: AbortSignal): Promise<Fields>;
  /**
   * One call whose answer nobody waits for: a page that goes away has no time to sign, and the last
   * signature is good for 300 s.
   */
  send(name: string, body: Bytes): void;
}

const TYPE = "application/protobuf";
/** Longest time for one call, the upload of 5 MiB over a slow line included. */
const CALL_MS = 60_000;
/** Between tries: twice as long each time, within these. */
const FIRST_PAUSE_MS = 500, LONGEST_PAUSE_MS = 15_000;
/** The server takes clocks that are ahead by 5 s or behind by 305 s. */
const CLOCK_MS = 2000;

/** A pause that a signal ends. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = (): void => {
      signal.removeEventListener("abort", end);
      clearTimeout(timer);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, signal.aborted ? 0 : milliseconds);
    signal.addEventListener("abort", end);
  });

const unavailable = (cause: unknown): OodgateError =>
  new OodgateError("server-unavailable", `the server cannot be reached: ${cause}`, { cause });

/** `onReach` is told how each try went. */
export function openFleet(
  server: string,
  keys: CryptoKeyPair,
  pem: string,
  onReach: (isReached: boolean) => void,
): Fleet {
  const url = `${server}v1/fleet/`;
  /** What is added to this clock to have the server's, in milliseconds. */
  let skew = 0;
  const clock = (): number => Date.now() + skew;
  let headers: Record<string, string> = {};

  async function post(name: string, body: Bytes, signal: AbortSignal): Promise<Response> {
    // Not "Z" at its end, which Python reads from 3.11 on.
    const timestamp = new Date(clock()).toISOString().replace("Z", "+00:00");
    headers = {
      "content-type": TYPE,
      "flwr-public-key": base64(utf8(pem)),
      "flwr-timestamp": timestamp,
      "flwr-signature": base64(await sign(keys, timestamp)),
    };
    return fetch(url + name, { method: "POST", headers, body, signal });
  }

  async function ask(name: string, body: Bytes, ends: AbortSignal): Promise<Fields> {
    const signal = AbortSignal.any([ends, AbortSignal.timeout(CALL_MS)]);
    let answer: Response;
    let said: Uint8Array;
    try {
      answer = await post(name, body, signal);
      const date = Date.parse(answer.headers.get("date") ?? "");
      if (answer.status === 401 && Math.abs(date - clock()) > CLOCK_MS) {
        skew = date - Date.now();
        answer = await post(name, body, signal);
      }
      said = new Uint8Array(await answer.arrayBuffer());
    } catch (cause) {
      throw unavailable(cause);
    }
    const { status } = answer;
    if (status >= 500 || status === 429) throw unavailable(status);
    const isProtobuf = answer.headers.get("content-type")?.includes(TYPE);
    if ([404, 405, 415].includes(status) || (status < 400 && !isProtobuf))
      throw incompatible(`there is no Fleet API at ${url} (${status})`);
    if (status >= 400) throw new Refusal(status, text(said.subarray(0, 1000)));
    return read(said);
  }

  return {
    now: () => clock() / 1000,
    async call(name, body, patience, signal) {
      const until = performance.now() + patience * 1000;
      for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
        try {
          const answer = await ask(name, body, signal);
          onReach(true);
          return answer;
        } catch (error) {
          signal.throwIfAborted();
          const isAway = error instanceof OodgateError && error.code === "server-unavailable";
          if (!isAway || performance.now() + wait > until) throw error;
          onReach(false);
        }
        // Not all nodes at once, when a server is back.
        await pause(wait * (0.75 + Math.random() / 2), signal);
      }
    },
    send(name, body) {
      fetch(url + name, { method: "POST", headers, body, keepalive: true }).catch(() => {});
    },
  };
}
