/** The live regions that announce() speaks through. */
export function AnnounceRegions() {
  return (
    <div class="visually-hidden">
      <div id="announce-polite" aria-live="polite" />
      <div id="announce-assertive" aria-live="assertive" />
    </div>
  );
}
