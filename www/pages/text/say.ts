import { text } from "../../shared/ui/texts";
import { german } from "./texts/german";

/**
 * What the page says, in the visitor's language: the English words are the name of the German ones.
 * {0}, {1} stand for the parts. Another language is chosen by loading the page anew.
 */
export function say(words: keyof typeof german, ...parts: readonly (string | number)[]): string {
  const template = text.peek().language === "de" ? german[words] : words;
  return template.replace(/\{(\d)\}/g, (_, i: string) => String(parts[Number(i)] ?? ""));
}
