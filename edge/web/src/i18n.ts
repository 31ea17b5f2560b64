import { en, type Messages } from "./locales/en";

/** The words of the page's language. */
export const t: Messages = en;
