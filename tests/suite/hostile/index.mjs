// Bad input over the whole API, table by table.

import { refuseAll, rows, two } from "./driver.mjs";
import { table as features } from "./features.mjs";
import { initTable, table as heads } from "./heads.mjs";
import { table as labels } from "./labels.mjs";
import memory from "./memory.mjs";
import { table as metrics } from "./metrics.mjs";
import odd from "./odd.mjs";
import { table as options } from "./options.mjs";
import { table as rowTable } from "./rows.mjs";
import { table as scorers, untrained } from "./scorers.mjs";

const onHead = (table) => ({ create }) => refuseAll(create, table, (call, head) => () => call(head));

/** Calls on a head that is no more: the code comes before anything that is wrong with their arguments. */
const disposed = ["trainStep", "fit", "logits", "predict", "oodScore", "fitScorers", "selectScorer", "calibrate", "gate",
  "evaluate", "addRows", "removeRows", "addClass", "renameClass", "removeClass", "explain", "setWeights"].flatMap((name) => [
  [`${name} after dispose`, (head) => head[name](rows(), two), "disposed"],
  [`${name} of nothing after dispose`, (head) => head[name](), "disposed"],
]);

export default {
  "bad features are refused and change nothing": onHead(features),
  "bad labels are refused and change nothing": onHead(labels),
  "bad options are refused and change nothing": onHead(options),
  "bad scorers are refused and change nothing": onHead(scorers),
  "bad rows, ids, classes and weights are refused and change nothing": onHead(rowTable),

  "bad heads are refused and change nothing": ({ create, oodgate }) => refuseAll(create, heads, (call) => () => call(oodgate)),

  "bad inits are refused and change nothing": async ({ create, oodgate }) => {
    await refuseAll(create, initTable, (call) => () => call(oodgate));
    await Promise.all([oodgate.init(), oodgate.init({}), oodgate.init({ wasm: undefined })]);
  },

  "metrics refuse what has no answer": async ({ create, oodgate }) => {
    await oodgate.init();
    await refuseAll(create, metrics, (call) => () => call(oodgate.metrics), { synchronous: true });
  },

  "a head without training or without life refuses what needs it": async ({ create }) => {
    const [raw, dead] = [await create({ features: 3, classes: 2 }), await create({ features: 3, classes: 2 })];
    dead.dispose();
    await refuseAll(create, untrained, (call) => () => call(raw));
    await refuseAll(create, disposed, (call) => () => call(dead));
  },

  ...memory,
  ...odd,
};
