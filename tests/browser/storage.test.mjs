// Heads in the browser's storage and in files: what was put comes back, and whatever goes wrong, what was there before stays.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";

needBuild();

const entry = "browser/storage-page.mjs";
const onPage = (body) => withPage({ entry }, body);

for (const backend of ["cpu", "webgpu"]) {
  for (const worker of [false, true]) {
    test(`put, get, list, replace, delete: ${backend}${worker ? " in a Worker" : ""}`, { timeout: 60_000 }, () =>
      onPage(async (page) => {
        const seen = await page.evaluate(async (options) => {
          const { answers, storage, trained } = globalThis;
          const before = Date.now();
          const [one, two] = [await trained({ ...options, seed: 1 }), await trained({ ...options, seed: 2 })];
          await storage.put("one", one);
          await storage.put("a name with \u00e9 and \ud83c\udf32, /?#", await two.save());
          const sizes = [(await one.save()).length, (await two.save()).length];
          const list = await storage.list();
          const dated = list.every(({ savedAt }) => savedAt >= before && savedAt <= Date.now());
          const restored = await storage.get("one", options);
          const expected = [await answers(one), await answers(two)];
          const said = [await answers(restored)];
          const place = [restored.backend, restored.classes];
          await storage.put("one", two);
          said.push(await answers(await storage.get("one", options)));
          await storage.delete("one");
          await storage.delete("never there");
          const left = (await storage.list()).map(({ name }) => name);
          const gone = await storage.get("one");
          return { list: list.map(({ name, bytes }) => [name, bytes]), sizes, dated, place, expected, said, left, gone };
        }, { backend, worker });
        const other = "a name with \u00e9 and \ud83c\udf32, /?#";
        assert.deepEqual(seen.list, [[other, seen.sizes[1]], ["one", seen.sizes[0]]]);
        assert.ok(seen.dated, "savedAt");
        assert.deepEqual(seen.place, [backend, ["oak", "ash"]]);
        // Nothing was trained in between: on one backend the answers are the same, bit for bit.
        assert.deepEqual(seen.said, seen.expected);
        assert.notDeepEqual(seen.expected[0], seen.expected[1], "two heads are one");
        assert.deepEqual([seen.left, seen.gone], [[other], undefined]);
      }));
  }
}

test("bad names, heads and files are refused", { timeout: 60_000 }, () =>
  onPage(async (page) => {
    const { refusals, fine, list } = await page.evaluate(async () => {
      const { download, refusal, storage, trained, upload } = globalThis;
      const head = await trained({ backend: "cpu" });
      const refusals = [];
      for (const name of ["", undefined, null, 3, {}, ["one"], Symbol("one"), () => "one"]) {
        for (const call of [() => storage.put(name, head), () => storage.get(name), () => storage.delete(name)]) {
          refusals.push(["invalid-option", ...(await refusal(call()))]);
        }
      }
      for (const bad of [undefined, null, 3, "head", {}, { save: 1 }, [1, 2], new ArrayBuffer(9)]) {
        refusals.push(["invalid-option", ...(await refusal(storage.put("bad", bad)))]);
        refusals.push(["invalid-option", ...(await refusal(download(bad)))]);
      }
      for (const name of ["", null, 3, {}]) refusals.push(["invalid-option", ...(await refusal(download(head, name)))]);
      const disposed = await trained({ backend: "cpu" });
      disposed.dispose();
      refusals.push(["disposed", ...(await refusal(storage.put("bad", disposed)))]);
      for (const bad of [undefined, null, "head", {}, new Uint8Array(9), new Blob(["no head"]), new File([], "empty")]) {
        refusals.push(["invalid-file", ...(await refusal(upload(bad)))]);
      }
      const fine = [];
      for (const name of ["__proto__", "constructor", " ", "\ud800", "x".repeat(10_000)]) {
        await storage.put(name, head);
        fine.push((await storage.get(name, { backend: "cpu" })).steps);
      }
      const file = await head.save();
      for (const bytes of [Uint8Array.of(1, 2, 3), new Uint8Array(0), file.subarray(0, -1), file.map((byte) => byte ^ 1)]) {
        refusals.push(["invalid-file", ...(await refusal(storage.put("no head", bytes)))]);
        refusals.push(["invalid-file", ...(await refusal(download(bytes)))]);
      }
      refusals.push(["invalid-option", ...(await refusal(storage.get("constructor", { backend: "gpu" })))]);
      return { refusals, fine, list: (await storage.list()).length };
    });
    for (const [expected, code, message] of refusals) assert.equal(code, expected, message);
    assert.equal(new Set(fine).size, 1);
    assert.equal(list, 5);
    console.log(`${refusals.length} bad names, heads and files refused`);
  }));

test("a list reads no file", { timeout: 60_000 }, () =>
  onPage(async (page) => {
    const { read, list } = await page.evaluate(async () => {
      const { storage, trained } = globalThis;
      for (const name of ["one", "two"]) await storage.put(name, await trained({ backend: "cpu" }));
      // Whatever the list asks for, with the bytes that come of it.
      const read = [];
      const bytesIn = (value) => {
        if (ArrayBuffer.isView(value)) return value.byteLength;
        return typeof value === "object" && value !== null ? Object.values(value).reduce((sum, inner) => sum + bytesIn(inner), 0) : 0;
      };
      for (const method of ["get", "getAll", "openCursor"]) {
        const call = IDBObjectStore.prototype[method];
        IDBObjectStore.prototype[method] = function (...given) {
          const request = call.apply(this, given);
          request.addEventListener("success", () => read.push(bytesIn(request.result?.value ?? request.result)));
          return request;
        };
      }
      return { list: (await storage.list()).map(({ name, bytes }) => [name, bytes > 1000]), read };
    });
    assert.deepEqual(list, [["one", true], ["two", true]]);
    assert.ok(read.length > 0, "nothing was read");
    assert.deepEqual(read.filter((bytes) => bytes > 0), []);
  }));

test("a large head is stored in chunks", { timeout: 60_000 }, () =>
  onPage(async (page) => {
    const { size, chunks, same, gone } = await page.evaluate(async () => {
      const { large, storage, stored } = globalThis;
      const file = await large(80 * 2 ** 20, 1);
      await storage.put("large", await large(40 * 2 ** 20, 2));
      await storage.put("large", file);
      const there = await stored("large");
      const same = there.file.length === file.length && there.file.every((byte, at) => byte === file[at]);
      (await storage.get("large", { backend: "cpu" })).dispose();
      const [{ bytes }] = await storage.list();
      // A smaller one leaves nothing of it behind.
      await storage.put("large", await large(2 ** 20, 3));
      const { chunks } = await stored("large");
      await storage.delete("large");
      return { size: bytes === file.length, chunks: [there.chunks, chunks], same, gone: (await stored("large")).chunks };
    });
    assert.deepEqual({ size, chunks, same, gone }, { size: true, chunks: [3, 1], same: true, gone: 0 });
  }));

test("heads that version 0.1 stored are there", { timeout: 60_000 }, () =>
  onPage(async (page) => {
    const { list, said, expected } = await page.evaluate(async () => {
      const { answers, putAsBefore, storage, trained } = globalThis;
      const heads = [await trained({ backend: "cpu", seed: 1 }), await trained({ backend: "cpu", seed: 2 })];
      const names = ["a name with \u00e9 and \ud83c\udf32, /?#", "one"];
      for (const [index, head] of heads.entries()) await putAsBefore(names[index], await head.save(), new Date(index));
      const list = (await storage.list()).map(({ name, bytes, savedAt }) => [name, bytes > 1000, savedAt.getTime()]);
      const said = [];
      for (const name of names) said.push(await answers(await storage.get(name, { backend: "cpu" })));
      return { list, said, expected: await Promise.all(heads.map(answers)) };
    });
    assert.deepEqual(list, [["a name with \u00e9 and \ud83c\udf32, /?#", true, 0], ["one", true, 1]]);
    assert.deepEqual(said, expected);
  }));

test("a write that is aborted leaves the old head", { timeout: 60_000 }, () =>
  onPage(async (page) => {
    const { code, message, same, next } = await page.evaluate(async () => {
      const { bytesOf, refusal, storage, trained } = globalThis;
      const [old, fresh] = await Promise.all([1, 2].map(async (seed) => (await trained({ backend: "cpu", seed })).save()));
      await storage.put("one", old);
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (value) {
        const request = put.call(this, value);
        request.addEventListener("success", () => this.transaction.abort());
        return request;
      };
      const [code, message] = await refusal(storage.put("one", fresh));
      IDBObjectStore.prototype.put = put;
      const isSame = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);
      const same = isSame(await bytesOf("one"), old);
      await storage.put("one", fresh);
      return { code, message, same, next: isSame(await bytesOf("one"), fresh) };
    });
    assert.equal(code, "storage-unavailable", message);
    assert.ok(same, "the old head is not there any more");
    assert.ok(next, "the next write did not succeed");
  }));

test("a page that is closed while it writes leaves the old head or the whole new one", { timeout: 120_000 }, () =>
  onPage(async (page, browser) => {
    // Pages that share one storage, and that can be closed.
    const context = await browser.newContext();
    const open = async () => {
      const each = await context.newPage();
      await each.goto(page.url());
      await each.evaluate((module) => import(module).then(() => {}), `/tests/${entry}`);
      return each;
    };
    const stays = await open();
    const size = 16 * 2 ** 20;
    await stays.evaluate(async (bytes) => globalThis.storage.put("one", await globalThis.large(bytes, 1)), size);
    // Held open before it commits, the transaction is certainly not through; at the other moments both ends may be met.
    const outcomes = [];
    for (const moment of ["held", 0, 10, 40, 160]) {
      const writer = await open();
      await writer.evaluate(async ([bytes, held]) => {
        const file = await globalThis.large(bytes, 2);
        if (held) {
          const put = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = function (value) {
            const again = () => (this.count().onsuccess = again);
            again();
            return put.call(this, value);
          };
        }
        void globalThis.storage.put("one", file);
      }, [size, moment === "held"]);
      await stays.waitForTimeout(moment === "held" ? 500 : moment);
      await writer.close();
      const found = await stays.evaluate(async (bytes) => {
        const { bytesOf, large, loadHead, storage } = globalThis;
        const there = await bytesOf("one");
        const files = { old: await large(bytes, 1), new: await large(bytes, 2) };
        const isThere = (file) => file.length === there.length && file.every((byte, at) => byte === there[at]);
        const which = Object.keys(files).find((name) => isThere(files[name]));
        (await loadHead(there, { backend: "cpu" })).dispose();
        await storage.put("one", files.old);
        return which ?? "neither";
      }, size);
      outcomes.push(found);
    }
    assert.equal(outcomes[0], "old", "a transaction that was not through counted");
    assert.ok(outcomes.every((found) => found !== "neither"), outcomes.join(", "));
    console.log(`${outcomes.length} writers closed, which left: ${outcomes.join(", ")}`);
  }));

test("a full storage is told, and the old head stays", { timeout: 60_000 }, () =>
  onPage(async (page) => {
    const session = await page.context().newCDPSession(page);
    const { origin } = new URL(page.url());
    // Before anything is stored: Chromium remembers for a while how much room there was.
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 2 ** 20 });
    await page.evaluate(async () => globalThis.storage.put("one", await globalThis.trained({ backend: "cpu" })));
    const write = () =>
      page.evaluate(async (bytes) => {
        const { large, refusal, storage } = globalThis;
        const file = await large(bytes, 1);
        return [await refusal(storage.put("one", file)), (await storage.get("one", { backend: "cpu" })).features];
      }, 8 * 2 ** 20);
    const [[code, message], features] = await write();
    assert.equal(code, "quota-exceeded", message);
    assert.equal(features, 6, "the old head");
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    assert.deepEqual(await write(), ["no refusal", 1024], "with room again");
  }));

/** Both run in the page. */
const missing = () => Object.defineProperty(globalThis, "indexedDB", { value: undefined });
const forbidden = () => {
  IDBFactory.prototype.open = () => {
    throw new DOMException("denied", "SecurityError");
  };
};

for (const [what, take] of [["is missing", missing], ["is forbidden", forbidden]]) {
  test(`without IndexedDB: it ${what}`, { timeout: 60_000 }, () =>
    onPage(async (page) => {
      await page.evaluate(take);
      const refusals = await page.evaluate(async () => {
        const { refusal, storage, trained } = globalThis;
        const calls = [storage.put("one", await trained({ backend: "cpu" })), storage.get("one"), storage.list(), storage.delete("one")];
        return Promise.all(calls.map(refusal));
      });
      assert.equal(refusals.length, 4);
      for (const [code, message] of refusals) assert.equal(code, "storage-unavailable", message);
    }));
}

test("a database that a later version made is told of", { timeout: 60_000 }, () =>
  onPage(async (page) => {
    const [code, message] = await page.evaluate(async () => {
      await new Promise((resolve) => {
        const opening = indexedDB.open("oodgate", 1000);
        opening.onsuccess = () => resolve(opening.result.close());
      });
      return globalThis.refusal(globalThis.storage.list());
    });
    assert.equal(code, "storage-unavailable", message);
  }));

for (const [backend, worker] of [["cpu", false], ["webgpu", true]]) {
  test(`down to a file and up again: ${backend}${worker ? " in a Worker" : ""}`, { timeout: 60_000 }, () =>
    onPage(async (page) => {
      const downloaded = async (start) => {
        const [file, saved] = await Promise.all([page.waitForEvent("download"), page.evaluate(start, { backend, worker })]);
        const path = await file.path();
        assert.deepEqual([...(await readFile(path))], saved, "the downloaded bytes");
        return [file.suggestedFilename(), path];
      };
      const [plain] = await downloaded(async (options) => {
        globalThis.head = await globalThis.trained(options);
        await globalThis.download(globalThis.head);
        return [...(await globalThis.head.save())];
      });
      const [named, path] = await downloaded(async () => {
        const file = await globalThis.head.save();
        await globalThis.download(file, "trees.safetensors");
        return [...file];
      });
      assert.deepEqual([plain, named], ["head.safetensors", "trees.safetensors"]);

      await page.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file" })));
      await page.setInputFiles("input", path);
      const [said, expected] = await page.evaluate(async (options) => {
        const { answers, head, upload } = globalThis;
        return [await answers(await upload(document.querySelector("input").files[0], options)), await answers(head)];
      }, { backend, worker });
      assert.deepEqual(said, expected);
    }));
}
