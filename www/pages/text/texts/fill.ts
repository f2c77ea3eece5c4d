/**
 * Puts other words into the page. Children that the words name as {0}, {1} stay where the words
 * have them; others would be lost, so they are kept behind.
 */
export function fill(words: Readonly<Record<string, string>>): void {
  for (const [place, text] of Object.entries(words)) {
    const [selector = "", attribute] = place.split("@");
    const element = document.querySelector(selector);
    if (element === null) continue;
    if (attribute !== undefined) element.setAttribute(attribute, text);
    else fillElement(element, text);
  }
}

function fillElement(element: Element, text: string): void {
  const children = [...element.children];
  const parts = text.split(/\{(\d)\}/);
  const named = new Set(parts.filter((_, i) => i % 2 === 1).map(Number));
  element.replaceChildren(
    ...parts.map((part, i) => (i % 2 === 1 ? (children[Number(part)] ?? "") : part)),
    ...children.filter((_, i) => !named.has(i)).flatMap((child) => [" ", child]),
  );
}
