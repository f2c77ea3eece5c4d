// What "auto" takes for heads of growing size, and why.

import { table } from "../../lib/markdown.mjs";

const heads = [
  { features: 64, classes: 3 },
  { features: 512, classes: 10 },
  { features: 768, classes: 150 },
  { features: 1280, classes: 1000 },
  { features: 2048, classes: 1000 },
  { features: 768, hidden: [512], classes: 150 },
  { features: 2048, hidden: [1024], classes: 500 },
];

/** Asks "auto" for each head and prints a table. */
export async function autoTable({ createHead, isSmall }) {
  const rows = [];
  for (const head of isSmall ? heads.slice(0, 2) : heads) {
    console.error(`  auto, ${JSON.stringify(head)} ...`);
    const made = await createHead(head);
    const { features, hidden = [], classes } = head;
    const reason = made.fallbackReason ?? "it is the faster";
    rows.push([[features, ...hidden, classes].join("x"), made.backend, reason]);
    made.dispose();
  }
  console.log('"auto" measures a step of 128 rows and its loss. Deno answers every 10 ms, a ' +
    "browser at once: here it switches later.\n");
  console.log(table([["head", "taken", "why"], ...rows]));
}
