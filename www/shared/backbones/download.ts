import { keepOffline } from "../offline";

/** Bytes that have come, and how many there will be in all, as far as the servers say. */
export type OnBytes = (received: number, total: number) => void;

/**
 * Fetches files side by side and reports on them together. `sizes` stand in for what a server
 * does not say.
 */
export async function download(
  files: readonly { url: string; size: number }[],
  onBytes: OnBytes,
  signal?: AbortSignal,
): Promise<ArrayBuffer[]> {
  const received = files.map(() => 0);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return Promise.all(
    files.map(async ({ url }, i) => {
      const response = await fetch(url, signal && { signal });
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
      if (response.body === null) return response.arrayBuffer();
      const parts: Uint8Array<ArrayBuffer>[] = [];
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        received[i] = (received[i] ?? 0) + value.byteLength;
        onBytes(
          received.reduce((sum, bytes) => sum + bytes, 0),
          total,
        );
      }
      const file = new Blob(parts, { type: response.headers.get("content-type") ?? "" });
      void keepOffline(url, file);
      return file.arrayBuffer();
    }),
  );
}
