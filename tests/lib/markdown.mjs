// Tables as Markdown.

/** The first row is the head. */
export const table = (rows) => rows.map((row, i) => `| ${row.join(" | ")} |${i === 0 ? `\n|${"---|".repeat(row.length)}` : ""}`).join("\n");
