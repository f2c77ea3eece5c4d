// Movements of a phone in a hand, reckoned, so that a page without a sensor, and a test, have
// something to feel.

/**
 * What a motion sensor says while a phone is moved: x, y and z of the acceleration with gravity in
 * m/s², then alpha, beta and gamma of the rotation in degrees a second. Each session has a hold, a
 * strength and a tempo of its own. All that it needs is inside: tests send its source into a page.
 */
export function move({ movement, session, seconds, rate }) {
  let state = (session + 1) * 7919 + movement.length * 104729;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from, to) => from + (to - from) * random();
  const movements = {
    // To and fro.
    shake: (phase) => [13 * Math.sin(4 * phase), 2 * Math.sin(4 * phase + 1), 0, 0, 0, 25],
    // Round, slowly.
    circle: (phase) => [4 * Math.cos(phase), 4 * Math.sin(phase), 0, 0, 30 * Math.sin(phase), 15],
    // Tipped over and back, as a jug.
    pour: (phase) => [0, -5 + 4 * Math.sin(phase / 2), -4, 10, 140 * Math.cos(phase / 2), 0],
  };
  const strength = between(0.92, 1.08);
  const tempo = between(0.95, 1.05) * 2 * Math.PI * 1.1;
  const tilt = between(-0.1, 0.1);
  // A hand is never quite as strong nor as quick as a moment before.
  const [first, second] = [between(0, 6), between(0, 6)];
  return Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    const time = i / rate;
    const now = strength * (1 + 0.12 * Math.sin(1.7 * time + first));
    const moved = movements[movement](tempo * (time + 0.06 * Math.sin(1.1 * time + second)));
    const held = [9.81 * Math.sin(tilt), 0, 9.81 * Math.cos(tilt), 0, 0, 0];
    return held.map(
      (value, axis) =>
        value + now * (moved[axis] + (axis < 3 ? between(-0.4, 0.4) : between(-5, 5))),
    );
  });
}
