/** Lets the page answer its visitor between two pieces of work. Not a timer: in a tab in the background those wait a second. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Comes when what the page shows by now has been painted, or soon where nothing is painted: in a tab in the background. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => void nextTurn().then(resolve));
    setTimeout(resolve, 100);
  });
}
