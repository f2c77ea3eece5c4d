// What a page downloads: the files of the built package by what is fetched together, each compressed
// by itself as a server would. A limit is the recorded budget; a change that needs more says why it
// raises it.

const parts = [
  {
    name: "CPU engine",
    files: ["wasm/cpu/oodgate_bg.wasm", "dist/index.js", "dist/create.js"],
    // 138 KiB until a head calibrated itself from the rows that it learns from: cross-validation,
    // groups, thresholds by class, and the map of features cost 33 kB. 173 KiB before rows that
    // overflow were kept from every scorer, divergence was undone, training rows were found by all
    // of their values, heads kept rows and classes that come and go, and fitted scorers could be
    // handed to the file formats; 228 before a memory had limits and covariance factors were made in
    // blocks; 235 before few rows began with cross-entropy and eceAfter was an expectation (0.7 kB
    // together); 236 before work with all rows was made in pieces, whose functions are state machines;
    // 254 while loops of unknown length were unrolled; 243 before a fit prepared its rows in pieces,
    // most of which less inlining pays for; 244 before a temperature was fitted in pieces;
    // 245 before eigenvectors were made, and rows joined others, in pieces; 246 before Binaryen
    // stopped inlining and LLVM inlined less, which pays for products that are made together and for
    // rows found by their bytes as well; 242 before SIMD was written out where it matters and left
    // out elsewhere, which pays for rows that are varied, too; 234 before every call over many rows was
    // made in pieces (logits and predict held the page for half a second at 60 000 rows), and rows
    // that are the same, or known and unknown at once, were found before they calibrate, and scorers
    // of too few rows told.
    limit: "243 KiB",
  },
  {
    name: "WebGPU engine",
    files: ["wasm/webgpu/oodgate_bg.wasm", "dist/webgpu.js"],
    // 1290 KiB before it had the same to do; 1378 before rows were handed over in pieces and a row
    // far out was told; 1380 before a fit prepared its rows in pieces; 1382 before
    // real GPUs had kernels of their own, whose threads share their work: five to ten times as quick; 1391
    // before the covariance of many classes' means was made in pieces; 1392 before Binaryen stopped
    // inlining; 1290 before a kernel varied rows and loops took four numbers at a time; 1297 before
    // inverses were made on the device and what is left of statistics on the host was compiled for
    // speed, three times as quick; 1334 before every call over many rows was made in pieces.
    limit: "1347 KiB",
  },
  {
    name: "file formats",
    files: ["wasm/files/oodgate_bg.wasm", "dist/files.js"],
    // 130 KiB until every scorer had its ONNX graph, and rows their ids, weights and half precision; 143 before the
    // front of a graph; 144 before Binaryen stopped inlining.
    limit: "135 KiB",
  },
  { name: "heads in Workers", files: ["dist/remote.js", "dist/worker.js"] },
  { name: "oodgate/storage", files: ["dist/storage.js"] },
  {
    name: "oodgate/flower",
    files: ["dist/flower.js"],
    // 6 KB was the aim: what a node must do fits in; the rest is that every failure has its code,
    // identities that are kept, clipping, and the calibration at home.
    limit: "6.6 KB",
  },
];

export default parts.flatMap(({ name, files, limit }) => {
  const path = files.map((file) => `pkg/${file}`);
  return [{ name, path, gzip: true, limit }, { name: `${name}, raw`, path, brotli: false }];
});
