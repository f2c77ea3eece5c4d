import { generateKeys } from "./keys.js";

/** Who a node is towards one server. */
export interface Identity {
  readonly keys: CryptoKeyPair;
  /** The node's number when it was last there, in decimal digits: some browsers store no BigInt. */
  readonly node?: string;
}

/** An identity that no other tab has, for as long as it is held. */
export interface HeldIdentity extends Identity {
  /** Keeps it in IndexedDB; undefined where that is not to be had. */
  readonly keep?: (identity: Identity) => Promise<unknown>;
  /** Lets another tab be this node. */
  readonly release: () => void;
}

const STORE = "identities";

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Runs one request on the store; the database is closed again, for other tabs may delete it. */
async function inStore<T>(request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open("oodgate-flower", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(request(database.transaction(STORE, "readwrite").objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Holds a name that no two tabs of a browser can; answers how to let go, if that was possible. */
const hold = (name: string): Promise<(() => void) | undefined> =>
  new Promise((answer, reject) => {
    // Held until what is answered here is called.
    const held = (lock: Lock | null): unknown => lock && new Promise<void>(answer);
    const asked = navigator.locks.request(name, { ifAvailable: true }, held);
    asked.then(() => answer(undefined), reject);
  });

/**
 * This browser's identity for a server. Tabs of one browser are different nodes: each takes the
 * first of its identities that no other tab uses. Where there is no storage (Node, a window that
 * forbids it), the identity lasts as long as the page.
 */
export async function openIdentity(server: string): Promise<HeldIdentity> {
  let release: (() => void) | undefined;
  try {
    let name = "";
    for (let slot = 0; release === undefined; slot += 1)
      release = await hold((name = `oodgate-flower ${server} ${slot}`));
    const keep = (identity: Identity): Promise<unknown> =>
      inStore((store) => store.put(identity, name));
    const stored: Identity | undefined = await inStore((store) => store.get(name));
    const identity = stored ?? { keys: await generateKeys() };
    if (stored === undefined) await keep(identity);
    return { ...identity, keep, release };
  } catch {
    // Storage that is not there, forbidden or full keeps nobody from taking part.
    return { keys: await generateKeys(), release: release ?? (() => {}) };
  }
}
