// Memory stays flat while the camera is on: the short form of "npm run soak:camera".

import { test } from "node:test";
import { watchFrames } from "../soak/camera.mjs";

test("memory is flat while thousands of frames are answered", { timeout: 300_000 }, () =>
  watchFrames({ warmUp: 2000, frames: 4000, growth: 64 }),
);
