import { render } from "preact";
import { App } from "./app";
import { startSessionKeeping } from "./session";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";

startSessionKeeping();
const root = document.getElementById("app");
if (root) render(<App />, root);

/** One reload for a missing chunk; twice within this long and the fault is another. */
const RELOAD_AGAIN_MS = 10_000;

// A tab that was open over a new version asks for chunks that are gone: a fresh page has the new ones.
addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("onsale.reloaded") ?? 0);
  if (!navigator.onLine || Date.now() - last < RELOAD_AGAIN_MS) return;
  event.preventDefault();
  sessionStorage.setItem("onsale.reloaded", String(Date.now()));
  location.reload();
});

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
}
