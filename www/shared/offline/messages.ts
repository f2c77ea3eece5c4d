/** What pages say to the service worker. */
export type Message =
  /** Take over from the version before, if this page is the only one that is open. */
  | { readonly kind: "take-over" }
  /** Keep the files on demand whose addresses begin with one of these. */
  | { readonly kind: "keep"; readonly addresses: readonly string[] };
