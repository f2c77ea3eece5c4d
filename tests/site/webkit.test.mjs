// The site in Safari's engine.

import { launchWebKit } from "../../pkg/scripts/webkit.mjs";
import { testPages } from "./engines.mjs";

testPages("webkit", () => launchWebKit(120_000));
