// Decides which stage runs when: several at a time, each after those that it needs.

/**
 * @typedef {object} Stage
 * @property {string} id
 * @property {string[]} [needs] ids of stages that must have passed before
 * @property {string} [lock] no two stages with the same lock run at a time
 * @property {boolean} [alone] whether nothing else may run beside it
 */

/**
 * Runs stages in the order of the list wherever their needs allow it, those that run alone after
 * all others. After the first failure nothing more starts, and what runs is stopped.
 * @param {Stage[]} stages
 * @param {number} slots how many run at a time
 * @param {(stage: Stage) => { done: Promise<boolean>, stop: () => void }} start `done` resolves
 *   with whether the stage passed, and with false after a `stop`
 */
export async function schedule(stages, slots, start) {
  const passed = new Set();
  const running = new Map();
  let waiting = stages.toSorted((a, b) => Number(a.alone ?? false) - Number(b.alone ?? false));
  let hasFailed = false;

  const isReady = ({ needs = [] }) => needs.every((id) => passed.has(id));
  const hasRoom = (stage) =>
    running.size < slots &&
    (!stage.alone || running.size === 0) &&
    ![...running.keys()].some(({ alone, lock }) => alone || (lock && lock === stage.lock));

  const begin = (stage) => {
    waiting = waiting.filter((other) => other !== stage);
    const { done, stop } = start(stage);
    running.set(stage, { stop, ended: done.then((isPassed) => ({ stage, isPassed })) });
  };

  for (;;) {
    for (const stage of hasFailed ? [] : waiting) {
      if (isReady(stage) && hasRoom(stage)) begin(stage);
    }
    if (running.size === 0) break;
    const { stage, isPassed } = await Promise.race([...running.values()].map(({ ended }) => ended));
    running.delete(stage);
    if (isPassed) passed.add(stage.id);
    else if (!hasFailed) {
      hasFailed = true;
      for (const { stop } of running.values()) stop();
    }
  }
  if (!hasFailed && waiting.length > 0) {
    throw new Error(`Nothing provides what these need: ${waiting.map(({ id }) => id).join(", ")}.`);
  }
}
