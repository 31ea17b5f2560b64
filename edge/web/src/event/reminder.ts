/** A calendar entry with an alarm: a reminder that needs no account and works without this site. */

const ALARM_MINUTES_BEFORE = 15;

const stamp = (time: Date): string => time.toISOString().replace(/[-:]|\.\d{3}/g, "");
const escapeText = (text: string): string => text.replace(/[\\;,]/g, (char) => `\\${char}`).replace(/\n/g, "\\n");

export interface Reminder {
  uid: string;
  name: string;
  url: string;
  time: Date;
}

export function reminderFile({ uid, name, url, time }: Reminder, now: Date): Blob {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Onsale//Reminder//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(time)}`,
    `SUMMARY:${escapeText(name)}`,
    `URL:${url}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${escapeText(name)}`,
    `TRIGGER:-PT${ALARM_MINUTES_BEFORE}M`,
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ];
  return new Blob([lines.join("\r\n")], { type: "text/calendar" });
}
