import { threadsOfPage } from "./runtime";

/** How a model is to be started. */
export interface Start {
  /** On so many threads. */
  readonly threads: number;
  /** Ends the Worker. */
  readonly signal: AbortSignal;
  /** Called when all files are there. */
  readonly onFiles: () => void;
}

/**
 * How long starting a model may take once its files are there: usually it is a second or two. But
 * on a busy machine, driven by WebDriver, one or two in a hundred Workers of Firefox 153 never
 * returned from making a Worker of their own, as they do for a second thread.
 */
const PATIENCE_MS = 10_000;

/**
 * Starts a model on as many threads as the page has for it. Where that takes too long, one on a
 * single thread, which needs no further Worker, is started beside it; the first to be ready stays.
 */
export function startPatiently<Model>(start: (how: Start) => Promise<Model>): Promise<Model> {
  const [several, single] = [new AbortController(), new AbortController()];
  const threads = threadsOfPage();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise((resolve, reject) => {
    const attempt = async (how: Start, other: AbortController): Promise<void> => {
      try {
        const model = await start(how);
        clearTimeout(timer);
        other.abort();
        resolve(model);
      } catch (error) {
        // The other one is ready.
        if (how.signal.aborted) return;
        clearTimeout(timer);
        several.abort();
        single.abort();
        reject(error);
      }
    };
    const startSingle = (): void => {
      void attempt({ threads: 1, signal: single.signal, onFiles: () => {} }, several);
    };
    const onFiles = (): void => {
      if (threads > 1) timer = setTimeout(startSingle, PATIENCE_MS);
    };
    void attempt({ threads, signal: several.signal, onFiles }, single);
  });
}
