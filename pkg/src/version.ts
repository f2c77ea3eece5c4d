/** Set by `pkg/scripts/bundle.mjs`, from package.json. */
declare const OODGATE_VERSION: string;

/** The package's version, by which parts of different versions are told apart. */
export const version = OODGATE_VERSION;
