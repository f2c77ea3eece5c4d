// A mug, a plant and a ball: drawn, so that a page without a camera, and a test, have something
// to see.

/**
 * Pictures of a thing as a camera on a shelf would see it: it is moved and turned a little, the
 * light wavers, the sensor makes noise. Each session has a background and a light of its own. All
 * that it needs is inside: tests send its source into a page.
 */
export function draw({ thing, session, frames, width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let state = (session + 1) * 7919 + thing.length * 104729;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from, to) => from + (to - from) * random();

  const shapes = {
    mug() {
      const glaze = context.createLinearGradient(-60, 0, 60, 0);
      glaze.addColorStop(0, "#7f1d1d");
      glaze.addColorStop(0.35, "#ef5350");
      glaze.addColorStop(1, "#8e2424");
      context.lineWidth = 14;
      context.strokeStyle = "#b03030";
      context.beginPath();
      context.ellipse(68, 0, 30, 36, 0, -Math.PI / 2, Math.PI / 2);
      context.stroke();
      context.fillStyle = glaze;
      context.fillRect(-60, -70, 120, 140);
      context.beginPath();
      context.ellipse(0, 70, 60, 16, 0, 0, Math.PI);
      context.fill();
      context.fillStyle = "#3e1410";
      context.beginPath();
      context.ellipse(0, -70, 60, 16, 0, 0, 2 * Math.PI);
      context.fill();
      context.strokeStyle = "#fbe3df";
      context.lineWidth = 3;
      context.stroke();
      context.fillStyle = "#fff4";
      context.fillRect(-38, -50, 12, 95);
    },
    plant() {
      context.fillStyle = "#b5652f";
      context.beginPath();
      context.moveTo(-48, 20);
      context.lineTo(48, 20);
      context.lineTo(34, 95);
      context.lineTo(-34, 95);
      context.fill();
      context.fillStyle = "#8d4a1e";
      context.fillRect(-54, 12, 108, 16);
      for (let leaf = 0; leaf < 11; leaf++) {
        const angle = -Math.PI / 2 + (leaf - 5) * 0.26;
        context.save();
        context.translate(0, 14);
        context.rotate(angle);
        context.fillStyle = leaf % 2 ? "#2e7d32" : "#52a447";
        context.beginPath();
        context.ellipse(62, 0, 60, 13, 0, 0, 2 * Math.PI);
        context.fill();
        context.strokeStyle = "#1b5e20";
        context.lineWidth = 2;
        context.beginPath();
        context.moveTo(4, 0);
        context.lineTo(118, 0);
        context.stroke();
        context.restore();
      }
    },
    ball() {
      const stripes = [
        "#1e66c9",
        "#ffffff",
        "#ffcf33",
        "#ffffff",
        "#1e66c9",
        "#ffffff",
        "#ffcf33",
        "#ffffff",
      ];
      stripes.forEach((colour, i) => {
        context.fillStyle = colour;
        context.beginPath();
        context.moveTo(-18, -20);
        context.arc(0, 0, 82, (i * Math.PI) / 4, ((i + 1) * Math.PI) / 4);
        context.fill();
      });
      const shade = context.createRadialGradient(-30, -34, 10, 0, 0, 84);
      shade.addColorStop(0, "#fff8");
      shade.addColorStop(0.5, "#fff0");
      shade.addColorStop(1, "#0007");
      context.fillStyle = shade;
      context.beginPath();
      context.arc(0, 0, 83, 0, 2 * Math.PI);
      context.fill();
    },
  };

  const walls = ["#d9d2c4", "#b9c7d1", "#cfc0b5", "#c3ccb8", "#d4c7d6"];
  const wall = walls[session % walls.length];
  const light = between(0.8, 1.15);
  const home = {
    x: between(0.44, 0.56),
    y: between(0.5, 0.56),
    scale: between(0.9, 1.1),
    turn: between(-0.12, 0.12),
  };
  const noise = new ImageData(width, height);
  const pictures = [];
  for (let frame = 0; frame < frames; frame++) {
    const phase = (frame / frames) * 2 * Math.PI;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.filter = `brightness(${light * (1 + 0.06 * Math.sin(phase + session))})`;
    context.fillStyle = wall;
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#8a7763";
    context.fillRect(0, height * 0.78, width, height);
    context.translate(
      width * (home.x + 0.06 * Math.sin(phase) + between(-0.01, 0.01)),
      height * (home.y + 0.03 * Math.cos(2 * phase)),
    );
    context.rotate(home.turn + 0.12 * Math.sin(phase + 1) + between(-0.01, 0.01));
    const scale = (height / 260) * home.scale * (1 + 0.1 * Math.sin(phase + 2));
    context.scale(scale, scale);
    shapes[thing]();
    context.filter = "none";
    context.setTransform(1, 0, 0, 1, 0, 0);
    const seen = context.getImageData(0, 0, width, height);
    for (let i = 0; i < seen.data.length; i++)
      noise.data[i] = i % 4 === 3 ? 255 : seen.data[i] + between(-9, 9);
    context.putImageData(noise, 0, 0);
    pictures.push(canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 }));
  }
  return Promise.all(pictures);
}
