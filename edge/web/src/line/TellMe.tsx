import { useState } from "preact/hooks";
import { t } from "../i18n";

const canNotify = () => "Notification" in window;

/** Asks for the right to notify only when the person asks to be told. */
export function TellMe() {
  const [permission, setPermission] = useState(canNotify() ? Notification.permission : "denied");
  const [isAsked, setAsked] = useState(false);
  if (permission === "granted") return <p class="muted">{t.line.telling}</p>;
  if (isAsked && permission === "denied") return <p class="muted">{t.line.tellRefused}</p>;
  const ask = async () => {
    if (canNotify()) setPermission(await Notification.requestPermission());
    setAsked(true);
  };
  return (
    <button class="button" onClick={() => void ask()}>
      {t.line.tell}
    </button>
  );
}

/** Says that the turn has come by every means that the person allowed: a tone, and a notification. */
export function tellTurn(eventName: string): void {
  playChime();
  if (!canNotify() || Notification.permission !== "granted") return;
  try {
    new Notification(t.line.notification, { body: eventName, requireInteraction: true });
  } catch {
    // Phones show notifications only through the service worker.
    void navigator.serviceWorker?.ready.then((worker) =>
      worker.showNotification(t.line.notification, { body: eventName, requireInteraction: true }),
    );
  }
}

function playChime(): void {
  try {
    const audio = new AudioContext();
    [660, 880].forEach((frequency, index) => {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      const start = audio.currentTime + index * 0.18;
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(0.0001, start);
      gain.gain.exponentialRampToValueAtTime(0.2, start + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
      tone.connect(gain).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.32);
    });
  } catch {
    // Some browsers allow no sound before a first tap; the words and the title remain.
  }
}
