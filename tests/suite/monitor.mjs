// A stream that moved as a whole.

import { check, noise, refused, same } from "./check.mjs";

/** A head whose calibration has so many rows. */
async function calibrated(create, rows) {
  const head = await create({ features: 2, classes: 2 });
  const labels = (count) => Array.from({ length: count }, (_, row) => row % 2);
  await head.fit(noise(40), labels(20), { epochs: 1 });
  await head.calibrate(noise(2 * rows, 2), labels(rows), { scorer: "msp" });
  return head;
}

/** Uniform numbers that differ from call to call. */
function stream(seed) {
  let values = noise(4096, seed);
  let at = 0;
  return () => {
    if (at === values.length) {
      seed = seed * 31 + 7;
      values = noise(4096, seed);
      at = 0;
    }
    return (values[at++] + 1) / 2;
  };
}

/** What a gate says of rows whose scores `test` draws, against so many calibration scores. */
function pValues(calibrationRows, count, draw, test = draw) {
  const scores = Float64Array.from({ length: calibrationRows }, draw).sort();
  return Float32Array.from({ length: count }, () => {
    const score = test();
    let [low, high] = [0, calibrationRows];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (scores[middle] < score) low = middle + 1;
      else high = middle;
    }
    return (1 + calibrationRows - low) / (calibrationRows + 1);
  });
}

export default {
  "at most alpha of 1000 unmoved streams of 2000 rows raise an alarm": async ({ create }) => {
    const alpha = 0.05;
    for (const rows of [19, 200]) {
      const monitor = (await calibrated(create, rows)).monitor({ alpha });
      const uniform = stream(rows);
      let alarms = 0;
      for (let run = 0; run < 1000; run++) {
        monitor.reset();
        monitor.observe(pValues(rows, 2000, uniform));
        alarms += Number(monitor.alarm);
      }
      // Three standard errors of a share of 0.05 among 1000.
      check(alarms / 1000 <= alpha + 0.021, `${alarms} of 1000 streams, ${rows} calibration rows`);
    }
  },

  "a stream that moved is told soon": async ({ create }) => {
    const monitor = (await calibrated(create, 100)).monitor();
    const uniform = stream(5);
    const unmoved = pValues(100, 300, uniform);
    monitor.observe(unmoved);
    check(!monitor.alarm && monitor.evidence < 100, `${monitor.evidence} before`);
    const moved = pValues(100, 300, uniform, () => uniform() + 0.5);
    let rows = 0;
    while (!monitor.alarm && rows < 300) monitor.observe(moved.slice(rows, ++rows));
    check(rows < 60 && monitor.evidence >= 100, `${rows} rows, evidence ${monitor.evidence}`);
    monitor.observe(unmoved);
    check(monitor.alarm, "an alarm stays");
    monitor.reset();
    same([monitor.alarm, monitor.evidence], [false, 1], "begun anew");
  },

  "tied scores raise no alarm": async ({ create }) => {
    const monitor = (await calibrated(create, 50)).monitor({ alpha: 0.05 });
    const uniform = stream(9);
    for (let run = 0; run < 50; run++) {
      monitor.reset();
      monitor.observe(pValues(50, 1000, () => (uniform() < 0.8 ? 0 : uniform())));
      check(!monitor.alarm, `run ${run}`);
    }
  },

  "a monitor takes p-values and nothing else": async ({ create }) => {
    const head = await create({ features: 2, classes: 2 });
    await refused(() => head.monitor(), "not-calibrated", "calibrate()");
    const ready = await calibrated(create, 30);
    const monitor = ready.monitor();
    for (const [bad, word] of [[[0.5, NaN], "pValues[1]"], [[-0.1], "pValues[0]"], [[2], "pValues[0]"], [["1"], "pValues[0]"], [undefined, "pValues"], [0.5, "pValues"]]) {
      await refused(() => monitor.observe(bad), "invalid-option", word);
    }
    same([monitor.evidence, monitor.alarm], [1, false], "refused values change nothing");
    for (const alpha of [0, 1, NaN, "0.1", null]) await refused(() => ready.monitor({ alpha }), "invalid-option", "alpha");
    await refused(() => ready.monitor({ aplha: 0.1 }), "invalid-option", '"aplha"');
    await refused(() => ready.monitor(3), "invalid-option", "options");
    const labels = Array.from({ length: 60 }, (_, row) => row % 2);
    await ready.calibrate(noise(120, 3), labels, { perClass: true });
    await refused(() => ready.monitor(), "not-calibrated", "perClass");
  },
};
