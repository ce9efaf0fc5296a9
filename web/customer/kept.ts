// Photographs on their way, kept by the browser so that a page that is loaded again can finish them; for minutes only.
// Knows no server.

const LIFE = 10 * 60 * 1_000;

export interface Kept {
  /** Digest of the link, so that one browser with two links does not mix them. */
  link: string;
  path: string;
  blob: Blob;
  command: number | null;
  at: number;
}

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("recourse", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("uploads", { autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error("no storage"));
    asked.onblocked = () => fail(new Error("blocked"));
  });
}

async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const base = await open();
  try {
    return await new Promise<T>((done, fail) => {
      const transaction = base.transaction("uploads", mode);
      const asked = act(transaction.objectStore("uploads"));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = () => fail(transaction.error ?? new Error("aborted"));
    });
  } finally {
    base.close();
  }
}

/** Keeps one; gives back how to forget it. A browser without storage only loses the upload with the page. */
export async function keep(upload: Kept): Promise<() => Promise<void>> {
  try {
    const key = await within("readwrite", (store) => store.add(upload));
    return () => within("readwrite", (store) => store.delete(key)).then(() => undefined, () => undefined);
  } catch {
    return async () => undefined;
  }
}

/** Takes what was left behind for this link, and forgets everything that is too old. */
export async function takeLeft(link: string, now: number): Promise<Kept[]> {
  try {
    const [keys, all] = await Promise.all([within("readonly", (store) => store.getAllKeys()), within<Kept[]>("readonly", (store) => store.getAll())]);
    const found: Kept[] = [];
    for (const [at, each] of all.entries()) {
      const mine = each.link === link;
      if (!mine && now - each.at < LIFE) continue;
      const key = keys[at];
      if (key !== undefined) await within("readwrite", (store) => store.delete(key));
      if (mine && now - each.at < LIFE) found.push(each);
    }
    return found;
  } catch {
    return [];
  }
}
