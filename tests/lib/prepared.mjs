// Whether `npm test` has built what several test files share: the packed package and the demo page.
// A test file that is run by itself builds its own.

export const isPrepared = process.env.OODGATE_PREPARED === "1";
