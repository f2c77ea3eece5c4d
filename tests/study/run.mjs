// The study behind the defaults of training, of gates calibrated from few rows, and of how long they
// take, natively.
//   npm run table -- --what training --folder FOLDER [--tables defaults,tau,...] [--seeds 0,1,2]
//                    [--sets banking5,beans5,...]
//   npm run table -- --what few --folder FOLDER [--seeds 0,1,2] [--sets banking5,beans5,...]
//   npm run table -- --what classes --folder FOLDER [--seeds 0,1,2] [--sets banking5,beans5,...]
//   npm run table -- --what wait [--seeds 0,1,2] [--sets 150x1280x5,...]
//   npm run table -- --what unknowns --folder FOLDER [--seeds 0,1,2]

import path from "node:path";
import { at, run } from "../../pkg/scripts/shell.mjs";
import { choices, wholeNumbers } from "../lib/options.mjs";

const names = ["defaults", "variation", "changes", "maps", "updates", "tau", "hidden"];

/** Builds the study and prints its tables. */
export function study({ folder, tables = names.join(), seeds, sets }) {
  const chosen = choices("tables", tables, [...names, "few", "classes", "unknowns", "wait"]);
  const program = ["--manifest-path", at("tests", "study", "Cargo.toml")];
  const built = ["--release", "--locked", "--target-dir", at("target", "study")];
  const asked = [path.resolve(folder), chosen.join(), wholeNumbers("seeds", seeds).join()];
  if (sets !== undefined) asked.push(sets);
  run("cargo", ["run", ...program, ...built, "--", ...asked]);
}
