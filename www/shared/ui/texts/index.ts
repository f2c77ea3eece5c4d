import { signal } from "@preact/signals";
import { en, type Texts } from "./en";

/** The texts of the page in the visitor's language. */
export const text = signal<Texts>(en);
