import icon from "./icon.svg";
import { chooseLanguage, languages, text } from "./texts";

const pages = ["teach", "text", "logitnorm", "playground", "together"] as const;

/** The top of a page: which it is, and the others. */
export function Header({ current }: { current: (typeof pages)[number] }) {
  const t = text.value;
  return (
    <header class="top wrap">
      <p class="brand">
        <img src={icon} alt="" width="28" height="28" /> oodgate
      </p>
      <nav class="pages" aria-label={t.pages.label}>
        {pages.map((page) => (
          <a
            key={page}
            href={`../${page}/`}
            {...(page === current && { "aria-current": "page" as const })}
          >
            {t.pages[page]}
          </a>
        ))}
        <a href="../reference/index.html">{t.pages.reference}</a>
      </nav>
      <p class="privacy">{t.privacy}</p>
      <select
        class="language"
        aria-label={t.chooseLanguage}
        value={t.language}
        onChange={({ currentTarget: { value } }) => chooseLanguage(value)}
      >
        {languages.map(({ language, languageName }) => (
          <option key={language} value={language}>
            {languageName}
          </option>
        ))}
      </select>
    </header>
  );
}
