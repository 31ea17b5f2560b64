/** What fingers, mice and wheels mean on the map. */
export interface GestureHandlers {
  onPan(dx: number, dy: number): void;
  onZoom(factor: number, px: number, py: number): void;
  onTap(px: number, py: number): void;
}

/** A press that moved less than this is a tap. */
const TAP_SLOP_PX = 8;
const WHEEL_ZOOM_RATE = 0.0016;
/** A trackpad's pinch comes as a wheel with Ctrl and small steps. */
const PINCH_WHEEL_RATE = 0.01;
const LINE_PX = 16;

interface Point {
  x: number;
  y: number;
}

/** Listens on the element; returns the function that stops it. */
export function listenForGestures(element: HTMLElement, handlers: GestureHandlers): () => void {
  const pointers = new Map<number, Point>();
  let pressed: Point | null = null;
  let moved = false;

  const place = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    pressed = pointers.size === 1 ? place(event) : null;
    moved = false;
  };
  const move = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    if (pressed && Math.hypot(now.x - pressed.x, now.y - pressed.y) > TAP_SLOP_PX) moved = true;
    if (pointers.size === 1 && moved) handlers.onPan(now.x - before.x, now.y - before.y);
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      if (other) {
        const centre = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
        const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
        handlers.onPan((now.x - before.x) / 2, (now.y - before.y) / 2);
        if (Number.isFinite(factor) && factor > 0) handlers.onZoom(factor, centre.x, centre.y);
      }
    }
    // Until a press has become a pan, its first pixels count from where it began.
    if (moved || pointers.size > 1) pointers.set(event.pointerId, now);
  };
  const up = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && pressed && !moved && pointers.size === 0) handlers.onTap(pressed.x, pressed.y);
    pressed = null;
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const deltaPx = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PX : event.deltaY;
    const at = place(event);
    handlers.onZoom(Math.exp(-deltaPx * (event.ctrlKey ? PINCH_WHEEL_RATE : WHEEL_ZOOM_RATE)), at.x, at.y);
  };

  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("wheel", wheel, { passive: false });
  return () => {
    element.removeEventListener("pointerdown", down);
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", up);
    element.removeEventListener("pointercancel", up);
    element.removeEventListener("wheel", wheel);
  };
}
