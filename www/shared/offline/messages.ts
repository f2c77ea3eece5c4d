/** What pages say to the service worker. */
export type Message =
  /** Take over from the version before, if this page is the only one that is open. */
  | { readonly kind: "take-over" }
  /** Keep a file that came, perhaps before the worker did. */
  | { readonly kind: "keep"; readonly address: string; readonly file: Blob }
  /** Keep all files of a folder, as they will be used together. */
  | { readonly kind: "keep-folder"; readonly address: string };
