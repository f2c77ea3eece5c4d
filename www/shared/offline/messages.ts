/** What pages say to the service worker. */
export type Message =
  /** Say "reload" if the page that runs this script is not of the worker's version. */
  | { readonly kind: "opened"; readonly script: string }
  /** Take over from the version before, if this page is the only one that is open. */
  | { readonly kind: "take-over" }
  /** Keep a file that came, perhaps before the worker did. */
  | { readonly kind: "keep"; readonly address: string; readonly file: Blob }
  /** Keep all files of a folder, as they will be used together. */
  | { readonly kind: "keep-folder"; readonly address: string };

/** What the service worker says to a page. */
export type Answer = "reload";
