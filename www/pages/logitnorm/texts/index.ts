import { computed } from "@preact/signals";
import { text } from "../../../shared/ui/texts";
import { de } from "./de";
import { en, type Words } from "./en";

/** The words of this page in the visitor's language. */
export const words = computed<Words>(() => (text.value.language === "de" ? de : en));
