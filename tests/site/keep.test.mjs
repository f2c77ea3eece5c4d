// The part of the demo page that keeps a head in the browser or as a file, and brings it back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as ort from "onnxruntime-web";
import { at } from "../../pkg/scripts/shell.mjs";
import { assertFitsAndStands, countJumps, number, OUTPUT, settled, text, trainToTheEnd, visit } from "./page.mjs";

ort.env.wasm.numThreads = 1;

const FIGURES = ["auroc", "fpr95", "accuracy", "promised", "observed", "rejected", "ece-before", "ece-after", "temperature"];
const figures = async (page) =>
  Object.fromEntries(await Promise.all(FIGURES.map(async (figure) => [figure, await text(page, figure)])));

const idle = (page) => page.locator("#keep-section:not([aria-busy])").waitFor({ timeout: 60_000 });
const rows = (page) => page.locator("#kept tbody tr");

/** Waits for what a piece of work came to, in the page's words. */
async function says(page, words) {
  await page.locator("#keep-status", { hasText: words }).waitFor({ timeout: 60_000 });
  await idle(page);
}

async function keep(page, name) {
  await page.fill("#keep-name", name);
  await page.keyboard.press("Enter");
  await says(page, `“${name}” is kept in this browser.`);
}

async function loaded(page, name) {
  await says(page, `“${name}” is loaded`);
  await settled(page);
  assert.equal(await text(page, "keep-error"), "");
  assert.equal(await text(page, "score-error"), "");
}

async function refused(page, words) {
  await page.locator("#keep-error", { hasText: words }).waitFor({ timeout: 60_000 });
  await idle(page);
  assert.match(await text(page, "keep-status"), /^That did not work/);
}

async function download(page, button) {
  const [handed] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  await idle(page);
  return { name: handed.suggestedFilename(), path: await handed.path() };
}

/** Drops a file on the place for it. */
async function drop(page, name, bytes) {
  const transfer = await page.evaluateHandle(([file, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(content)], file));
    return data;
  }, [name, [...bytes]]);
  for (const type of ["dragover", "drop"]) await page.dispatchEvent("#keep-drop", type, { dataTransfer: transfer });
}

/** Only the weights of a saved head, under the names that PyTorch gives those of a lone Linear: as if they came from there. */
function weightsAlone(file) {
  const length = Number(file.readBigUInt64LE(0));
  const entries = JSON.parse(file.subarray(8, 8 + length));
  const header = {};
  const parts = [];
  let end = 0;
  for (const name of ["weight", "bias"]) {
    const { dtype, shape, data_offsets: [from, to] } = entries[`0.${name}`];
    parts.push(file.subarray(8 + length + from, 8 + length + to));
    header[name] = { dtype, shape, data_offsets: [end, (end += to - from)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, ...parts]);
}

test("a kept head comes back after a reload as it was, and is deleted, all with the keyboard", async () => {
  await visit("#backend=cpu&epochs=3&loss=crossEntropy&scorer=knn&alpha=0.1&seed=7", async (page) => {
    assert.equal(await text(page, "keep-head"), "Train a head first, or load one.");
    assert.equal(await page.locator("#keep-save").getAttribute("aria-disabled"), "true");
    await trainToTheEnd(page);
    const before = await figures(page);
    assert.match(await text(page, "keep-head"), /^\d+ training steps, gate by Nearest neighbours \(kNN\) at 10\.0\u00a0%\.$/);
    await page.locator("#kept-empty", { hasText: "None yet." }).waitFor();
    await keep(page, "First");
    await page.locator('#live:has-text("“First” is kept")').waitFor({ state: "attached" });
    assert.match(await text(page, "keep-name-hint"), /replaces it/);
    await keep(page, "First");
    await keep(page, "Second & <b>");
    assert.deepEqual(await rows(page).locator("th").allTextContents(), ["First", "Second & <b>"]);
    assert.match(await rows(page).first().locator("td").first().textContent(), /^\d\d\.\d\u00a0MB$/);
    await page.locator("#keep-section").screenshot({ path: `${OUTPUT}/keep.png` });

    // Another visit, with other settings: those of the head come with it.
    await page.goto("about:blank");
    await page.goBack();
    await page.evaluate(() => history.replaceState(null, "", "#backend=cpu"));
    await page.reload();
    await page.locator('#load[data-state="done"]').waitFor();
    await rows(page).first().waitFor();
    await page.focus('[aria-label="Load First"]');
    await page.keyboard.press("Enter");
    await loaded(page, "First");
    assert.deepEqual(await figures(page), before);
    assert.match(await text(page, "train-status"), /^Loaded “First”: trained before, in \d+ steps\.$/);
    assert.equal(await text(page, "train"), "Train");
    const settings = ["loss=crossEntropy", "scorer=knn", "alpha=0.1", "seed=7"];
    await page.waitForFunction((parts) => parts.every((part) => location.hash.includes(part)), settings);
    await page.screenshot({ path: `${OUTPUT}/keep-loaded.png`, fullPage: true });

    // It is a head like any other: another score, another promise, another training.
    await page.selectOption("#scorer", "vim");
    await settled(page);
    assert.ok((await number(page, "auroc")) > 85);
    await page.fill("#epochs", "1");
    await trainToTheEnd(page);
    assert.match(await text(page, "train-status"), /^Trained for 1 epoch /);

    // A training that begins while a head is being loaded goes on; the page shows its head.
    await page.evaluate(() => {
      document.querySelector('[aria-label="Load First"]').click();
      document.querySelector("#train").click();
    });
    await refused(page, "A training has begun in the meantime");
    await settled(page);
    assert.match(await text(page, "train-status"), /^Trained for 1 epoch /);

    for (const [left, name] of [[1, "First"], [0, "Second & <b>"]]) {
      await page.focus(`[aria-label="Delete ${name}"]`);
      await page.keyboard.press("Enter");
      assert.equal(await rows(page).count(), left + 1, "one press does not delete");
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), `Really delete ${name}?`);
      await page.keyboard.press("Enter");
      await says(page, `“${name}” is deleted.`);
      assert.equal(await rows(page).count(), left);
      const focus = await page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.id);
      assert.equal(focus, left === 1 ? "Load Second & <b>" : "keep-name");
    }
    assert.equal(await text(page, "kept-empty"), "None yet.");
  });
});

test("a head travels as a file, chosen or dropped, and weights from elsewhere load too", async () => {
  await visit("#backend=cpu&epochs=2&head=hidden&width=64&scorer=maxCosine", async (page) => {
    await trainToTheEnd(page);
    const before = await figures(page);
    await page.fill("#keep-name", "a/b: c");
    const hidden = await download(page, "#keep-download");
    assert.equal(hidden.name, "a_b_ c.safetensors");
    await page.click("label:has-text('Linear')");
    await trainToTheEnd(page);
    const linear = await download(page, "#keep-download");
    assert.notDeepEqual(await figures(page), before);

    await page.setInputFiles("#keep-file", { name: "hidden.safetensors", mimeType: "", buffer: readFileSync(hidden.path) });
    await loaded(page, "hidden.safetensors");
    assert.deepEqual(await figures(page), before);
    assert.ok(await page.locator('input[name="head"][value="hidden"]').isChecked());
    assert.deepEqual([await page.inputValue("#tau"), await page.inputValue("#width")], ["0.04", "64"]);
    assert.ok(await page.locator('#scorer optgroup[label="Needs a head with a hidden layer"]').isEnabled());

    // Without training sentences of its own it is given the page's, for the scores that need them.
    await drop(page, "weights.safetensors", weightsAlone(readFileSync(linear.path)));
    await loaded(page, "weights.safetensors");
    await page.selectOption("#scorer", "knn");
    await settled(page);
    assert.equal(await text(page, "score-error"), "");
    assert.ok((await number(page, "accuracy")) > 85 && (await number(page, "auroc")) > 85);
  });
});

test("the gate is downloaded as an ONNX model", async () => {
  await visit("#backend=cpu&epochs=1", async (page) => {
    await trainToTheEnd(page);
    const hint = () => text(page, "keep-onnx-hint");
    await page.selectOption("#scorer", "maxCosine");
    await settled(page);
    assert.match(await hint(), /its gate by Max cosine, with the calibrated threshold\.$/);
    await page.selectOption("#scorer", "auto");
    await settled(page);
    assert.equal(await page.locator("#keep-onnx").getAttribute("aria-disabled"), "false");
    assert.match(await hint(), /its gate by Automatic, .* It holds training sentences as numbers/);
    const { name, path } = await download(page, "#keep-onnx");
    assert.equal(name, "Text intents.onnx");
    const session = await ort.InferenceSession.create(readFileSync(path), { executionProviders: ["wasm"], logSeverityLevel: 3 });
    const rows = new ort.Tensor("float32", new Float32Array(2 * 384).fill(0.05), [2, 384]);
    const { logits, accepted, classes } = await session.run({ features: rows });
    assert.deepEqual([logits.dims, accepted.dims, classes.dims], [[2, 150], [2], [150]]);
  });
});

test("what cannot be kept or loaded is said in words, and the page goes on", async () => {
  const prepare = (page) =>
    page.addInitScript(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function full(...given) {
        if (window.isFull) throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, given);
      };
    });
  const body = async (page) => {
    await drop(page, "letter.txt", Buffer.from("Dear all"));
    await refused(page, "invalid-file");
    const other = readFileSync(at("tests", "golden", "head-v1.safetensors"));
    await drop(page, "other.safetensors", other);
    await refused(page, /it sorts rows of \d+ numbers into \d+ classes, and this page needs 384 numbers and 150 intents\.$/);

    await page.fill("#epochs", "1000");
    await page.click("#train");
    await page.locator("#epoch-table tbody tr").first().waitFor({ state: "attached" });
    await drop(page, "other.safetensors", other);
    await refused(page, "A head is being trained");
    await page.click("#stop");
    await settled(page);

    await page.evaluate(() => (window.isFull = true));
    await page.click("#keep-save");
    await refused(page, "the browser's storage is full");
    await page.locator("#keep-error").screenshot({ path: `${OUTPUT}/keep-error.png` });
    await page.evaluate(() => (window.isFull = false));
    await keep(page, "After all");
    assert.equal(await text(page, "keep-error"), "");
  };
  await visit("#backend=cpu&scorer=msp", body, { prepare });
});

test("where the browser keeps nothing the page says so", async () => {
  const prepare = (page) =>
    page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("not here", "SecurityError");
      };
    });
  const body = async (page) => {
    await page.locator("#kept-empty", { hasText: "the browser's storage cannot be used: not here." }).waitFor();
    await trainToTheEnd(page);
    await page.click("#keep-save");
    await refused(page, "Download the head as a file instead.");
  };
  await visit("#backend=cpu&epochs=1", body, { prepare });
});

test("keeping fits a narrow dark screen", async () => {
  const body = async (page) => {
    await trainToTheEnd(page);
    await page.locator("#keep-section").scrollIntoViewIfNeeded();
    await keep(page, "Text intents");
    await keep(page, "A long name that says what the head was taught, when, and what for");
    await assertFitsAndStands(page);
    await page.locator("#keep-section").screenshot({ path: `${OUTPUT}/keep-narrow-dark.png` });
  };
  const narrow = { viewport: { width: 360, height: 780 }, colorScheme: "dark", hasTouch: true, prepare: countJumps };
  await visit("#backend=cpu&epochs=1&scorer=msp", body, narrow);
});
