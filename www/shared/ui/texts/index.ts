import { effect, signal } from "@preact/signals";
import { de } from "./de";
import { en, type Texts } from "./en";

export const languages: readonly Texts[] = [en, de];

/** Where the choice of a visitor is kept. */
const KEY = "oodgate-language";

/** The texts of the page in the visitor's language. */
export const text = signal<Texts>(languageOf(chosen() ?? navigator.language));

effect(() => {
  document.documentElement.lang = text.value.language;
});

export function chooseLanguage(language: string): void {
  text.value = languageOf(language);
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A browser that keeps nothing asks again at the next visit.
  }
}

function chosen(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** English where there is no other. */
function languageOf(tag: string): Texts {
  return languages.find(({ language }) => tag.toLowerCase().startsWith(language)) ?? en;
}
