// The schedule of `npm test`, on stages that do nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { schedule } from "../../pkg/scripts/schedule.mjs";

/**
 * Runs stages that end when all that can be started has been, those of `failing` without success.
 * The log has "id" for a start, "-id" for an end, "!id" for a stop.
 */
async function follow(stages, slots, failing = []) {
  const log = [];
  let most = 0;
  let now = 0;
  const start = ({ id }) => {
    log.push(id);
    now += 1;
    most = Math.max(most, now);
    let end;
    const done = new Promise((resolve) => {
      end = (isPassed) => {
        now -= 1;
        log.push(`-${id}`);
        resolve(isPassed);
      };
    });
    const timer = setImmediate(() => end(!failing.includes(id)));
    const stop = () => {
      clearImmediate(timer);
      log.push(`!${id}`);
      end(false);
    };
    return { done, stop };
  };
  await schedule(stages, slots, start);
  return { log, most };
}

/** Whether the stage `one` has ended before `other` starts. */
const precedes = (log, one, other) => log.indexOf(`-${one}`) < log.indexOf(other);

test("as many run at a time as there are slots, in the order of the list", async () => {
  const stages = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
  const { log, most } = await follow(stages, 2);
  assert.equal(most, 2);
  assert.deepEqual(log.filter((entry) => !entry.startsWith("-")), ["a", "b", "c", "d", "e"]);
  assert.equal((await follow(stages, 1)).most, 1);
});

test("a stage waits for those that it needs, and others pass it", async () => {
  const stages = [
    { id: "late", needs: ["build", "pack"] },
    { id: "pack", needs: ["build"] },
    { id: "build" },
    { id: "other" },
  ];
  const { log } = await follow(stages, 4);
  assert.ok(precedes(log, "build", "pack") && precedes(log, "pack", "late"), log.join());
  assert.ok(log.indexOf("other") < log.indexOf("pack"), log.join());
});

test("stages with the same lock follow each other", async () => {
  const stages = [{ id: "a", lock: "x" }, { id: "b", lock: "x" }, { id: "c", lock: "y" }];
  const { log, most } = await follow(stages, 3);
  assert.ok(precedes(log, "a", "b"), log.join());
  assert.equal(most, 2);
});

test("a stage that runs alone has nothing beside it", async () => {
  const shared = [{ id: "a" }, { id: "b" }, { id: "c" }];
  const stages = [{ id: "alone", alone: true }, ...shared, { id: "last", alone: true }];
  const { log } = await follow(stages, 3);
  for (const id of ["alone", "last"]) assert.equal(log[log.indexOf(id) + 1], `-${id}`, log.join());
});

test("after a failure what runs is stopped, and nothing starts", async () => {
  const stages = [{ id: "bad" }, { id: "long" }, { id: "next" }, { id: "after", needs: ["bad"] }];
  const { log } = await follow(stages, 2, ["bad"]);
  assert.deepEqual(log, ["bad", "long", "-bad", "!long", "-long"]);
});

test("a need that nothing provides is an error", async () => {
  const stages = [{ id: "a", needs: ["nobody"] }];
  await assert.rejects(follow(stages, 2), /Nothing provides what these need: a\./);
});
