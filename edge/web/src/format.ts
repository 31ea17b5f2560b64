import type { Money } from "./api/types";

/** Money, dates and numbers, by Intl only. The locale comes from the page. */

/** Plain English writes dates as most of the places do where the events are: "Sat 12 June 2027, 19:30 CEST". */
const FORMATS: Record<string, string> = { en: "en-GB" };

export const locale = (): string => {
  const language = document.documentElement.lang || "en";
  return FORMATS[language] ?? language;
};

function digitsOf(currencyCode: string): number {
  return (
    new Intl.NumberFormat("en", { style: "currency", currency: currencyCode }).resolvedOptions()
      .maximumFractionDigits ?? 2
  );
}

/** The exact amount: "€190.00". */
export function money(amount: Money): string {
  const digits = digitsOf(amount.currencyCode);
  const value = Number(amount.amountMinor) / 10 ** digits;
  return new Intl.NumberFormat(locale(), { style: "currency", currency: amount.currencyCode }).format(value);
}

/** The amount without empty cents, for labels: "€140". */
export function moneyShort(amount: Money): string {
  const digits = digitsOf(amount.currencyCode);
  const value = Number(amount.amountMinor) / 10 ** digits;
  return new Intl.NumberFormat(locale(), {
    style: "currency",
    currency: amount.currencyCode,
    minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export function sum(amounts: readonly Money[]): Money | null {
  const first = amounts[0];
  if (!first) return null;
  const total = amounts.reduce((minor, amount) => minor + BigInt(amount.amountMinor), 0n);
  return { amountMinor: String(total), currencyCode: first.currencyCode };
}

export const times = (amount: Money, quantity: number): Money => ({
  amountMinor: String(BigInt(amount.amountMinor) * BigInt(quantity)),
  currencyCode: amount.currencyCode,
});

export const compareMoney = (a: Money, b: Money): number => Number(BigInt(a.amountMinor) - BigInt(b.amountMinor));

const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "long", year: "numeric" };
const HOUR: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export const count = (value: number): string => new Intl.NumberFormat(locale()).format(value);

/** The plural form of `value`: "one", "other" and so on. */
export const plural = (value: number, forms: { one: string; other: string }): string =>
  new Intl.PluralRules(locale()).select(value) === "one" ? forms.one : forms.other;

/** "Sat 12 June 2027, 19:30 CEST" on the venue's own clock. */
export function venueTime(time: string, timeZone: string): string {
  const date = new Date(time);
  const zone = zoneOption(timeZone);
  const day = new Intl.DateTimeFormat(locale(), { ...DAY, weekday: "short", ...zone }).format(date);
  const hour = new Intl.DateTimeFormat(locale(), { ...HOUR, timeZoneName: "short", ...zone }).format(date);
  return `${day.replace(/^(\w+),/, "$1")}, ${hour}`;
}

/** The parts of a card's date leaf: "Sat", "12", "Jun", "19:30". */
export function dateLeaf(time: string, timeZone: string): { weekday: string; day: string; month: string; hour: string } {
  const date = new Date(time);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale(), { ...options, ...zoneOption(timeZone) }).format(date);
  return {
    weekday: part({ weekday: "short" }),
    day: part({ day: "numeric" }),
    month: part({ month: "short" }),
    hour: part(HOUR),
  };
}

/** The same instant on this device's clock; null when it reads the same as the venue's. */
export function yourTime(time: string, timeZone: string): string | null {
  const date = new Date(time);
  const options: Intl.DateTimeFormatOptions = { ...HOUR, weekday: "short" };
  const here = new Intl.DateTimeFormat(locale(), options).format(date);
  const there = new Intl.DateTimeFormat(locale(), { ...options, ...zoneOption(timeZone) }).format(date);
  return here === there ? null : here;
}

/** "19:12" on this device's clock. */
export const timeOfDay = (time: string | number | Date): string =>
  new Intl.DateTimeFormat(locale(), HOUR).format(new Date(time));

/** "12 June 2027, 14:02" on this device's clock. */
export const dateAndTime = (time: string | number): string =>
  `${new Intl.DateTimeFormat(locale(), DAY).format(new Date(time))}, ${timeOfDay(time)}`;

/** "07:42", or "1:07:42" above an hour, or "2 days 03:10:00" above a day. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const clockText = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  if (days > 0) {
    const dayText = new Intl.NumberFormat(locale(), { style: "unit", unit: "day", unitDisplay: "long" }).format(days);
    return `${dayText} ${two(hours)}:${clockText}`;
  }
  return hours > 0 ? `${hours}:${clockText}` : clockText;
}

/** "Oslo" out of "Europe/Oslo". */
export const zoneCity = (timeZone: string): string => (timeZone.split("/").pop() ?? timeZone).replaceAll("_", " ");

function zoneOption(timeZone: string): { timeZone?: string } {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return timeZone ? { timeZone } : {};
  } catch {
    return {};
  }
}
