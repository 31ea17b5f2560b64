import { count, plural } from "../../format";

export const line = {
  title: "The line",
  opensAt: (time: string) => `The line opens at ${time}`,
  before: (time: string) =>
    `Join any time before ${time}. Places come from a draw: arriving first, refreshing or more tabs change nothing.`,
  join: "Join the draw",
  joinLine: "Join the line",
  joined: "You are in the draw.",
  joinedText: "Your place is drawn when the line opens. You can close this tab until then.",
  seal: "The seal of the draw",
  sealText:
    "This is the fingerprint of a secret number that was fixed before anybody joined. When the line opens the number is shown, and anyone can check every place with it.",
  ahead: (value: string) => `${value}`,
  aheadText: (value: number) =>
    plural(value, { one: "person is ahead of you.", other: "people are ahead of you." }),
  about: "About",
  next: "You are next.",
  minutes: (low: number, high: number) =>
    low === high
      ? `About ${count(high)} ${plural(high, { one: "minute", other: "minutes" })}.`
      : `About ${count(low)} to ${count(high)} minutes.`,
  soon: "Less than a minute.",
  noRate: "We show a time once the line moves.",
  saved: "Your place is saved to your account. You can close this tab, lock your phone or change device.",
  tell: "Tell me when it is my turn",
  telling: "We will tell you: keep a tab of your browser open.",
  tellRefused: "Notifications are off in your browser. Keep this tab open; its title shows your place.",
  leave: "Leave the line",
  left: "You left the line.",
  paused: "The organiser paused the line. Nobody passes you.",
  reconnecting: "We lost the connection. Your place is safe. Trying again…",
  soldOut: "Every seat is held or sold. Seats that come back are offered in this order. Stay, if you like.",
  closed: "The line is over. Seats, if any are left, sell to everybody.",
  noRoom: "This event has no line. You can choose seats at once.",
  turn: "It is your turn!",
  enterBy: (time: string) => `Enter by ${time}.`,
  enter: "Choose seats",
  missed: (time: string) => `Your turn passed at ${time}. Rejoin behind those waiting now.`,
  rejoin: "Rejoin the line",
  whatIsLeft: "What is left",
  levels: { none: "None now", few: "Few left", some: "Some left", plenty: "Plenty" },
  progress: "How far the line has come since you joined",
  placeTitle: (place: string) => `${place} ahead`,
  signIn: "Sign in first: your place belongs to your account, on every device.",
  notification: "Onsale: it is your turn",
};
