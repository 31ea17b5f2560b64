import { count, plural } from "../../format";

export const account = {
  title: "Sign in",
  intro: "No password. We e-mail you a code of six digits.",
  email: "E-mail address",
  emailHint: "Your tickets go there too.",
  emailInvalid: "Type an e-mail address, such as ada@example.org.",
  send: "Send the code",
  sent: (masked: string) => `We sent a code to ${masked}. It works for 10 minutes.`,
  code: "Six-digit code",
  codeInvalid: "The code has six digits.",
  wrong: (triesLeft: number | null) =>
    triesLeft === null
      ? "That code does not match."
      : `That code does not match. ${count(triesLeft)} ${plural(triesLeft, { one: "try", other: "tries" })} left.`,
  void: "This code no longer works. Ask for a new one.",
  verify: "Sign in",
  resend: "Send a new code",
  other: "Use another address",
  failed: "We could not reach Onsale. Nothing changed. Try again.",
  limited: (seconds: number) => `Too many tries. You can ask again in ${count(seconds)} s.`,
  done: (email: string) => `You are signed in as ${email}.`,
};
