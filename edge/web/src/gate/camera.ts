import { prepareZXingModule, BarcodeDetector as PonyfillDetector } from "barcode-detector/ponyfill";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

/** Reads QR codes from the camera; QR only, since other readers find barcodes in noise. */

const SCANS_PER_SECOND = 12;
/** The same code again within this long is the same ticket still before the camera. */
const REPEAT_MS = 3000;

type Detector = Pick<PonyfillDetector, "detect">;

export interface Camera {
  stop: () => void;
  /** Turns the lamp on or off; null where the camera has none. */
  setTorch: ((on: boolean) => Promise<void>) | null;
}

/** The browser's own detector where it reads QR codes, else the one that comes with the page. */
async function openDetector(): Promise<Detector> {
  const native = (globalThis as { BarcodeDetector?: typeof PonyfillDetector }).BarcodeDetector;
  const formats: readonly string[] = native ? await native.getSupportedFormats().catch(() => []) : [];
  if (native && formats.includes("qr_code"))
    return new native({ formats: ["qr_code"] });
  prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });
  return new PonyfillDetector({ formats: ["qr_code"] });
}

export async function openCamera(video: HTMLVideoElement, onCode: (code: string) => void): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    audio: false,
  });
  let isOver = false;
  const [track] = stream.getVideoTracks();
  const stop = () => {
    isOver = true;
    for (const each of stream.getTracks()) each.stop();
    video.srcObject = null;
  };
  try {
    video.srcObject = stream;
    await video.play();
    const detector = await openDetector();
    void look(video, detector, onCode, () => isOver);
  } catch (error) {
    stop();
    throw error;
  }
  return { stop, setTorch: torchOf(track) };
}

async function look(
  video: HTMLVideoElement,
  detector: Detector,
  onCode: (code: string) => void,
  isOver: () => boolean,
): Promise<void> {
  let last = { code: "", atMs: 0 };
  while (!isOver()) {
    const startMs = performance.now();
    const [found] = await detector.detect(video).catch(() => []);
    if (isOver()) return;
    if (found && (found.rawValue !== last.code || startMs - last.atMs > REPEAT_MS)) onCode(found.rawValue);
    if (found) last = { code: found.rawValue, atMs: startMs };
    const restMs = Math.max(0, 1000 / SCANS_PER_SECOND - (performance.now() - startMs));
    await new Promise((resolve) => setTimeout(resolve, restMs));
  }
}

function torchOf(track: MediaStreamTrack | undefined): Camera["setTorch"] {
  const capabilities = track?.getCapabilities?.() as (MediaTrackCapabilities & { torch?: boolean }) | undefined;
  if (!track || !capabilities?.torch) return null;
  return (on) => track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
}
