import { byId } from "../../shared/ui/dom";
import { chooseLanguage, text } from "../../shared/ui/texts";
import { fill } from "./texts/fill";
import { germanPage } from "./texts/german-page";

/**
 * The page is written in English; another language takes its place before anything else is shown.
 * What is chosen holds from the next load on, which is at once: the settings are in the address.
 */
const { language } = text.peek();
if (language === "de") fill(germanPage);
const choice = byId<HTMLSelectElement>("language");
choice.value = language;
choice.addEventListener("change", () => {
  chooseLanguage(choice.value);
  location.reload();
});
