/** The six digits of whatever was typed or pasted; null when there are not exactly six. */
export function readCode(text: string): string | null {
  const digits = text.replace(/[^0-9]/g, "");
  return digits.length === 6 ? digits : null;
}

/** "a•••@x.org": enough to recognise, not enough to read over a shoulder. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return at < 1 ? email : `${email.slice(0, 1)}•••${email.slice(at)}`;
}

/** As loose as the server: something, an at, something with a dot. */
export const looksLikeEmail = (text: string): boolean => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text.trim());
