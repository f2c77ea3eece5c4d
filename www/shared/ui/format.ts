import { text } from "./texts";

/** How numbers are written on this page: one place, so that they look alike everywhere. */

/** The language of the page as it was loaded. */
const { language } = text.peek();
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(language, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** With so many digits behind the point. */
export const fixed = (value: number, digits: number): string =>
  value.toLocaleString(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });

const minus = (text: string): string => text.replace("-", "\u2212");

export const count = (n: number): string => whole.format(n);

/** A share in [0, 1] as a percentage, with a space that does not break. */
export const percent = (share: number): string =>
  Number.isFinite(share) ? `${oneDigit.format(share * 100)}\u00a0%` : "–";

/** How scores on an axis of this length are written: with the digits that tell two places on it apart. */
export type ScoreFormat = (value: number) => string;

export function scoreFormat(span: number): ScoreFormat {
  const digits = span > 0 ? Math.min(8, Math.max(0, Math.ceil(Math.log10(300 / span)))) : 3;
  return (value) => (Number.isFinite(value) ? minus(fixed(value, digits)) : "–");
}

/** A share that is read against another share, such as 0.05. */
export const pValue = (p: number): string => (Number.isFinite(p) ? fixed(p, 3) : "–");

/** With three digits that count. */
export const significant = (value: number): string => String(Number(value.toPrecision(3)));

/** Of a vector; with its zeros, so that numbers beside each other look alike. */
export const length = (value: number): string => fixed(value, value < 10 ? 2 : 1);

export const loss = (nats: number): string => `${fixed(nats, 3)}\u00a0nats`;

export const megabytes = (bytes: number): string => `${oneDigit.format(bytes / 1e6)}\u00a0MB`;

const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

export const date = (when: Date): string => dayAndTime.format(when);

export function duration(seconds: number): string {
  return seconds < 10
    ? `${fixed(seconds, 1)}\u00a0s`
    : seconds < 120
      ? `${fixed(seconds, 0)}\u00a0s`
      : `${fixed(seconds / 60, 1)}\u00a0min`;
}

export const milliseconds = (ms: number): string => `${fixed(ms, ms < 10 ? 2 : 1)}\u00a0ms`;

/** "accept_reservations" -> "accept reservations". */
export const intent = (name: string): string => name.replaceAll("_", " ");
