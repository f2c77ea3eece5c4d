// Lets a test compare what heads learn, and what their scores are, on both backends.

import { createHead, loadHead } from "oodgate";
import { compareBackends } from "../lib/compare-backends.mjs";
import { compareScores } from "../lib/compare-scores.mjs";

globalThis.compareBackends = (options) => compareBackends(createHead, options);
globalThis.compareScores = (shape) => compareScores({ createHead, loadHead }, shape);
