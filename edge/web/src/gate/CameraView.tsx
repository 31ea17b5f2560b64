import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Notice } from "../ui/Notice";
import type { Camera } from "./camera";

type State = "off" | "starting" | "on" | "refused";

/** The camera, on top; it starts on a press, since browsers ask then. */
export function CameraView({ onCode }: { onCode: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const camera = useRef<Camera | null>(null);
  const [state, setState] = useState<State>("off");
  const [torch, setTorch] = useState(false);
  const latest = useRef(onCode);
  latest.current = onCode;

  useEffect(() => () => camera.current?.stop(), []);

  const start = async () => {
    if (!video.current) return;
    setState("starting");
    try {
      const { openCamera } = await import("./camera");
      camera.current = await openCamera(video.current, (code) => latest.current(code));
      setState("on");
    } catch {
      setState("refused");
    }
  };
  const stop = () => {
    camera.current?.stop();
    camera.current = null;
    setTorch(false);
    setState("off");
  };
  const switchTorch = async () => {
    await camera.current?.setTorch?.(!torch);
    setTorch(!torch);
  };
  return (
    <section class="camera" aria-label={t.gate.camera}>
      <div class={`camera-frame ${state}`}>
        <video ref={video} playsInline muted />
        {state !== "on" && <p>{state === "starting" ? t.common.loading : t.gate.cameraOff}</p>}
      </div>
      {state === "refused" && (
        <Notice tone="warn" live="polite">
          <p>{t.gate.cameraRefused}</p>
        </Notice>
      )}
      <div class="gate-buttons">
        {state === "on" ? (
          <button class="button secondary big" onClick={stop}>
            {t.gate.stopCamera}
          </button>
        ) : (
          <button class="button big" aria-busy={state === "starting"} onClick={() => void start()}>
            {t.gate.startCamera}
          </button>
        )}
        {state === "on" && camera.current?.setTorch && (
          <button class="button secondary big" aria-pressed={torch} onClick={() => void switchTorch()}>
            {t.gate.torch}
          </button>
        )}
      </div>
    </section>
  );
}
