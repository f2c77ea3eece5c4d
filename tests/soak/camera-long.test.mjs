// An hour's worth of frames: 54 000 answers.
//   npm run soak:camera

import { test } from "node:test";
import { watchFrames } from "./camera.mjs";

test("memory is flat while an hour's worth of frames is answered", { timeout: 7_200_000 }, () =>
  watchFrames({ warmUp: 2000, frames: 54_000, growth: 24 }),
);
