/** How numbers are written on this page: one place, so that they look alike everywhere. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const minus = (text: string): string => text.replace("-", "\u2212");

export const count = (n: number): string => whole.format(n);

/** A share in [0, 1] as a percentage, with a space that does not break. */
export const percent = (share: number): string => (Number.isFinite(share) ? `${oneDigit.format(share * 100)}\u00a0%` : "–");

/** How scores on an axis of this length are written: with the digits that tell two places on it apart. */
export type ScoreFormat = (value: number) => string;

export function scoreFormat(span: number): ScoreFormat {
  const digits = span > 0 ? Math.min(8, Math.max(0, Math.ceil(Math.log10(300 / span)))) : 3;
  return (value) => (Number.isFinite(value) ? minus(value.toFixed(digits)) : "–");
}

/** A share that is read against another share, such as 0.05. */
export const pValue = (p: number): string => (Number.isFinite(p) ? p.toFixed(3) : "–");

/** With three digits that count. */
export const significant = (value: number): string => String(Number(value.toPrecision(3)));

/** Of a vector; with its zeros, so that numbers beside each other look alike. */
export const length = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

export const loss = (nats: number): string => `${nats.toFixed(3)}\u00a0nats`;

export const megabytes = (bytes: number): string => `${oneDigit.format(bytes / 1e6)}\u00a0MB`;

const dayAndTime = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const date = (when: Date): string => dayAndTime.format(when);

export function duration(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)}\u00a0s` : seconds < 120 ? `${seconds.toFixed(0)}\u00a0s` : `${(seconds / 60).toFixed(1)}\u00a0min`;
}

export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)}\u00a0ms`;

/** "accept_reservations" -> "accept reservations". */
export const intent = (name: string): string => name.replaceAll("_", " ");
