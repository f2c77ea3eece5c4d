// A bare matrix product as WebAssembly text: what the machine gives a plain SIMD128 kernel, without a library and without a head.
// C [m, n] = A B over k, both factors packed into panels of 4 lines of A and 8 of B, 256 steps of k at a time; every tile of
// 4 x 8 numbers stays in registers. `m` must be a multiple of 4, `n` of 8, `k` of 4: A's buffer is padded with lines to that.

const BLOCK = 256;
const UNROLL = 4;

const multiplyAdd = {
  simd: (a, b, sum) => `(f32x4.add (f32x4.mul ${a} ${b}) ${sum})`,
  relaxed: (a, b, sum) => `(f32x4.relaxed_madd ${a} ${b} ${sum})`,
};

const count = (length) => Array.from({ length }, (_, i) => i);
const get = (name) => `(local.get $${name})`;
const add = (a, b) => `(i32.add ${a} ${b})`;
const mul = (a, b) => `(i32.mul ${a} ${b})`;
const constant = (value) => `(i32.const ${value})`;
const move = (name, by) => `(local.set $${name} ${add(get(name), by)})`;
const params = (...names) => names.map((name) => `(param $${name} i32)`).join(" ");
const locals = (type, ...names) => names.map((name) => `(local $${name} ${type})`).join(" ");

/** Runs the body at least once, with `name` from 0 in steps of `step` while it is below `limit`. */
const loop = (name, limit, step, body) => `
  (local.set $${name} (i32.const 0))
  (loop $each_${name} ${body}
    (br_if $each_${name} (i32.lt_u (local.tee $${name} ${add(get(name), step)}) ${limit})))`;

/** Panels of `width` lines, the lines of a step side by side. Consecutive numbers are those of one step: copies. */
const packAlong = (width) => `(func $pack_along_${width} ${params("from", "stride", "to", "lines", "steps")} ${locals("i32", "line", "p", "at")}
  ${loop("line", get("lines"), constant(width), `
    (local.set $at ${add(get("from"), mul(get("line"), constant(4)))})
    ${loop("p", get("steps"), constant(1), `
      ${count(width / 4).map((i) => `(v128.store offset=${16 * i} ${get("to")} (v128.load offset=${16 * i} ${get("at")}))`).join(" ")}
      ${move("at", get("stride"))} ${move("to", constant(4 * width))}`)}`)})`;

/** One number of every 32 bits of two vectors, by their places among the eight. */
const shuffle = (places, a, b) => `(i8x16.shuffle ${places.flatMap((place) => count(4).map((i) => 4 * place + i)).join(" ")} ${a} ${b})`;

/** The same panels where consecutive numbers are those of one line: four by four, turned. */
const packAcross = (width) => `(func $pack_across_${width} ${params("from", "stride", "to", "lines", "steps")}
  ${locals("i32", "line", "p", "at", "put")} ${locals("v128", "r0", "r1", "r2", "r3", "s0", "s1", "s2", "s3")}
  ${loop("line", get("lines"), constant(4), `
    (local.set $put ${add(get("to"), add(
      mul(mul(constant(4 * width), get("steps")), `(i32.div_u ${get("line")} ${constant(width)})`),
      mul(constant(4), `(i32.rem_u ${get("line")} ${constant(width)})`)))})
    ${loop("p", get("steps"), constant(4), `
      (local.set $at ${add(get("from"), add(mul(get("line"), get("stride")), mul(get("p"), constant(4))))})
      ${count(4).map((i) => `(local.set $r${i} (v128.load ${get("at")})) ${move("at", get("stride"))}`).join("\n      ")}
      (local.set $s0 ${shuffle([0, 4, 1, 5], get("r0"), get("r1"))}) (local.set $s1 ${shuffle([2, 6, 3, 7], get("r0"), get("r1"))})
      (local.set $s2 ${shuffle([0, 4, 1, 5], get("r2"), get("r3"))}) (local.set $s3 ${shuffle([2, 6, 3, 7], get("r2"), get("r3"))})
      ${count(4).map((i) => `(v128.store offset=${4 * width * i} ${get("put")}
        ${shuffle(i % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7], get(`s${i >> 1}`), get(`s${2 + (i >> 1)}`))})`).join("\n      ")}
      ${move("put", constant(16 * width))}`)}`)})`;

/** Adds the product of two panels to a tile of C. */
function tile(fused) {
  const sums = count(4).flatMap((i) => [`c${i}0`, `c${i}1`]);
  const step = (u) => `
    (local.set $b0 (v128.load offset=${32 * u} ${get("b")})) (local.set $b1 (v128.load offset=${32 * u + 16} ${get("b")}))
    ${count(4).map((i) => `(local.set $s (v128.load32_splat offset=${16 * u + 4 * i} ${get("a")}))
      ${count(2).map((j) => `(local.set $c${i}${j} ${fused(get("s"), get(`b${j}`), get(`c${i}${j}`))})`).join(" ")}`).join("\n    ")}`;
  const put = (i, j) =>
    `(v128.store offset=${16 * j} ${get("c")} (f32x4.add (v128.load offset=${16 * j} ${get("c")}) ${get(`c${i}${j}`)}))`;
  const write = (i) => `
    ${count(2).map((j) => put(i, j)).join(" ")}
    ${move("c", get("width"))}`;
  return `(func $tile ${params("a", "b", "c", "width", "steps")} ${locals("i32", "p")} ${locals("v128", "b0", "b1", "s", ...sums)}
    ${loop("p", get("steps"), constant(UNROLL), `${count(UNROLL).map(step).join("")}
      ${move("a", constant(16 * UNROLL))} ${move("b", constant(32 * UNROLL))}`)}
    ${count(4).map(write).join("")})`;
}

/** `far` is how far the next block of k lies from the start of a factor. */
const multiply = (name, far) => `(func $multiply_${name} (export "multiply_${name}")
  ${params("a", "aStride", "b", "bStride", "c", "m", "n", "k", "panels")} ${locals("i32", "done", "size", "i", "j", "bPanels")}
  (memory.fill ${get("c")} (i32.const 0) ${mul(constant(4), mul(get("m"), get("n")))})
  (local.set $bPanels ${add(get("panels"), mul(constant(4 * BLOCK), get("m")))})
  ${loop("done", get("k"), constant(BLOCK), `
    (local.set $size (i32.sub ${get("k")} ${get("done")}))
    (if (i32.gt_u ${get("size")} ${constant(BLOCK)}) (then (local.set $size ${constant(BLOCK)})))
    (call $pack_${name}_4 ${add(get("a"), mul(get("done"), far("aStride")))} ${get("aStride")} ${get("panels")} ${get("m")} ${get("size")})
    (call $pack_${name}_8 ${add(get("b"), mul(get("done"), far("bStride")))} ${get("bStride")} ${get("bPanels")} ${get("n")} ${get("size")})
    ${loop("j", get("n"), constant(8), loop("i", get("m"), constant(4), `(call $tile
      ${add(get("panels"), mul(constant(4), mul(get("i"), get("size"))))} ${add(get("bPanels"), mul(constant(4), mul(get("j"), get("size"))))}
      ${add(get("c"), mul(constant(4), add(get("j"), mul(get("i"), get("n")))))} ${mul(constant(4), get("n"))} ${get("size")})`))}`)})`;

/**
 * The module's text: `multiply_across(a, aStride, b, bStride, c, m, n, k, panels)` for factors whose lines are consecutive, and
 * `multiply_along` for factors whose steps are; places and strides in bytes. `kind` is "simd" or "relaxed" (fused multiply-add).
 */
export const productText = (kind) => `(module (memory (export "memory") 1)
${[4, 8].map((width) => `${packAlong(width)}\n${packAcross(width)}`).join("\n")}
${tile(multiplyAdd[kind])}
${multiply("across", () => constant(4))}
${multiply("along", get)})`;

/** Numbers that the panels take. */
export const panelLength = (m, n) => BLOCK * (m + n);
