import type { Bounds } from "../model";

/** Where the map stands on the screen: screen = map × scale + (x, y). */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

const FIT_MARGIN = 0.06;

/** The view that shows all of `bounds` above the lowest `bottomPx` of the screen, centred. */
export function fit(bounds: Bounds, size: Size, paddingUnits: number, bottomPx = 0): View {
  const width = bounds.maxX - bounds.minX + 2 * paddingUnits;
  const height = bounds.maxY - bounds.minY + 2 * paddingUnits;
  const free = { width: size.width, height: Math.max(size.height / 2, size.height - bottomPx) };
  const scale = Math.min(free.width / width, free.height / height) * (1 - FIT_MARGIN);
  return centreOn((bounds.minX + bounds.maxX) / 2, (bounds.minY + bounds.maxY) / 2, scale, free);
}

export const centreOn = (mapX: number, mapY: number, scale: number, size: Size): View => ({
  scale,
  x: size.width / 2 - mapX * scale,
  y: size.height / 2 - mapY * scale,
});

/** Zooms so that the point under (px, py) stays there. */
export function zoomAt(view: View, factor: number, px: number, py: number, limits: { min: number; max: number }): View {
  const scale = Math.min(limits.max, Math.max(limits.min, view.scale * factor));
  const k = scale / view.scale;
  return { scale, x: px - (px - view.x) * k, y: py - (py - view.y) * k };
}

/** Keeps at least half of the screen on the map, so that nobody gets lost beside it. */
export function clampPan(view: View, bounds: Bounds, size: Size): View {
  const clampAxis = (offset: number, min: number, max: number, length: number) =>
    Math.min(length / 2 - min * view.scale, Math.max(length / 2 - max * view.scale, offset));
  return {
    scale: view.scale,
    x: clampAxis(view.x, bounds.minX, bounds.maxX, size.width),
    y: clampAxis(view.y, bounds.minY, bounds.maxY, size.height),
  };
}

export const toMap = (view: View, px: number, py: number): { x: number; y: number } => ({
  x: (px - view.x) / view.scale,
  y: (py - view.y) / view.scale,
});

/** The smallest pan that brings a point at least `margin` pixels inside the screen. */
export function reveal(view: View, mapX: number, mapY: number, size: Size, margin: number): View {
  const px = mapX * view.scale + view.x;
  const py = mapY * view.scale + view.y;
  const shift = (at: number, length: number) =>
    at < margin ? margin - at : at > length - margin ? length - margin - at : 0;
  return { scale: view.scale, x: view.x + shift(px, size.width), y: view.y + shift(py, size.height) };
}
