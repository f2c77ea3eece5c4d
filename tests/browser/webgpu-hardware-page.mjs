// Lets a test compare what heads learn on both backends.

import { createHead } from "oodgate";
import { compareBackends } from "../lib/compare-backends.mjs";

globalThis.compareBackends = (options) => compareBackends(createHead, options);
