import { describeKeys, generateKeys, type NodeKeys } from "./keys.js";

/** Who a node is towards one server, for as long as it is held. */
export interface Identity {
  readonly keys: NodeKeys;
  /** Whether it is kept in IndexedDB, so that the same node comes back. */
  readonly isKept: boolean;
  /** The node's number when it was last there. */
  readonly node: bigint | undefined;
  /** Keeps the node's number beside the keys. */
  remember(node: bigint): Promise<void>;
  /** Lets another tab be this node. */
  release(): void;
}

/** What is stored for a node. Numbers of 64 bits as texts: some browsers store no BigInt. */
interface Stored {
  keys: CryptoKeyPair;
  node?: string;
}

const DATABASE = "oodgate-flower";
const STORE = "identities";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Runs one request on the store; the database is closed again, for other tabs may delete it. */
async function inStore<T>(request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(request(database.transaction(STORE, "readwrite").objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Holds the first name that no other tab of this browser holds; answers it and how to let go. */
async function holdName(server: string): Promise<{ name: string; release: () => void }> {
  for (let slot = 0; ; slot += 1) {
    const name = `oodgate-flower ${server} ${slot}`;
    const release = await new Promise<(() => void) | undefined>((answer, reject) => {
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        if (lock !== null) return new Promise((end) => answer(end));
        answer(undefined);
        return undefined;
      };
      navigator.locks.request(name, { ifAvailable: true }, hold).catch(reject);
    });
    if (release !== undefined) return { name, release };
  }
}

async function keptIdentity(server: string): Promise<Identity> {
  const { name, release } = await holdName(server);
  try {
    let stored: Stored | undefined = await inStore((store) => store.get(name));
    if (stored === undefined) {
      stored = { keys: await generateKeys() };
      const fresh = stored;
      await inStore((store) => store.put(fresh, name));
    }
    const { keys, node } = stored;
    return {
      keys: await describeKeys(keys),
      isKept: true,
      node: node === undefined ? undefined : BigInt(node),
      remember: async (number) => {
        await inStore((store) => store.put({ keys, node: String(number) } satisfies Stored, name));
      },
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * This browser's identity for a server. Tabs of one browser are different nodes: each takes the
 * first of its identities that no other tab uses. Where there is no storage (Node, a private
 * window that forbids it), the identity lasts as long as the page.
 */
export async function openIdentity(server: string): Promise<Identity> {
  if (typeof indexedDB !== "undefined" && globalThis.navigator?.locks !== undefined) {
    try {
      return await keptIdentity(server);
    } catch {
      // Storage that is forbidden or full keeps nobody from taking part.
    }
  }
  return {
    keys: await describeKeys(await generateKeys()),
    isKept: false,
    node: undefined,
    remember: () => Promise.resolve(),
    release: () => {},
  };
}
