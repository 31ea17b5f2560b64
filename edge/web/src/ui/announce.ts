/** One live region for what has no place of its own on the page, such as the seat under the cursor. */
export function announce(text: string, urgency: "polite" | "assertive" = "polite"): void {
  const region = document.getElementById(`announce-${urgency}`);
  if (!region) return;
  // The same words again must be heard again.
  region.textContent = region.textContent === text ? `${text} ` : text;
}
