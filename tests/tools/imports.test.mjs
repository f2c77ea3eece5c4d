// The package's modules import each other in one direction: no circle, type-only imports included.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";

const sources = at("pkg", "src");

/** The package's modules that each module imports, by their paths below pkg/src. */
function importsOf(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".ts"));
  return new Map(names.map((name) => {
    const text = readFileSync(path.join(folder, name), "utf8");
    const targets = [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*"(\.[^"]+)\.js"/gm)]
      .map(([, target]) => path.normalize(path.join(path.dirname(name), `${target}.ts`)));
    return [name, targets.filter((target) => names.includes(target))];
  }));
}

/** A circle in the graph as the names along it, or undefined. */
function circle(graph) {
  const done = new Set();
  const visit = (name, trail) => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const target of graph.get(name)) {
      const found = visit(target, [...trail, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}

test("a circle is found", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c", "d"]], ["c", []], ["d", ["b"]]]);
  assert.deepEqual(circle(graph), ["b", "d", "b"]);
});

test("the package's imports form no circle", () => {
  const graph = importsOf(sources);
  const arrows = [...graph.values()].flat().length;
  // A pattern that matches nothing would find no circle either.
  assert.ok(arrows > graph.size, `${arrows} imports in ${graph.size} modules`);
  assert.equal(circle(graph)?.join(" -> "), undefined);
  console.log(`${graph.size} modules, ${arrows} imports, no circle`);
});

test("only the glue's own module imports generated code", () => {
  const names = readdirSync(sources, { recursive: true }).filter((name) => name.endsWith(".ts"));
  const users = names.filter((name) => /"[./]+\/wasm\//.test(readFileSync(path.join(sources, name), "utf8")));
  assert.deepEqual(users, [path.join("core", "wasm.ts")]);
});
