import { t } from "../../i18n";
import { freeInRange } from "../counts";
import type { Board } from "../board";
import type { SeatModel } from "../model";
import type { Palette } from "./palette";
import { diameterPx, NUMBERS_FROM_PX } from "./seatPainter";
import type { Size, View } from "./viewport";

const MINE_SCALE = 1.25;
const MINE_MIN_PX = 10;
const LABEL_FONT_PX = 13;

export interface OverlayPaint {
  context: CanvasRenderingContext2D;
  model: SeatModel;
  board: Board;
  palette: Palette;
  view: View;
  size: Size;
  mine: Iterable<number>;
  lost: Iterable<number>;
  /** The seat under the keyboard's cursor; null while it is not on the map. */
  cursor: number | null;
}

/** Draws what changes at every step: the names, the own seats, the lost ones, the cursor. */
export function paintOverlay(paint: OverlayPaint): void {
  const { context, size } = paint;
  context.clearRect(0, 0, size.width, size.height);
  const diameter = diameterPx(paint.model, paint.view);
  if (diameter < NUMBERS_FROM_PX) paintSectionNames(paint);
  else paintRowNames(paint, diameter);
  for (const index of paint.lost) paintLost(paint, index, Math.max(MINE_MIN_PX, diameter));
  for (const index of paint.mine) paintMine(paint, index, Math.max(MINE_MIN_PX, diameter * MINE_SCALE));
  if (paint.cursor !== null) paintCursor(paint, paint.cursor, Math.max(MINE_MIN_PX, diameter * MINE_SCALE));
}

function at({ model, view }: OverlayPaint, index: number): { x: number; y: number } {
  return { x: (model.xs[index] ?? 0) * view.scale + view.x, y: (model.ys[index] ?? 0) * view.scale + view.y };
}

function paintMine(paint: OverlayPaint, index: number, diameter: number): void {
  const { context, palette } = paint;
  const { x, y } = at(paint, index);
  const radius = diameter / 2;
  context.beginPath();
  context.arc(x, y, radius + Math.max(1.5, diameter * 0.08), 0, 2 * Math.PI);
  context.fillStyle = palette.text;
  context.fill();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.mine;
  context.fill();
  context.beginPath();
  context.moveTo(x - radius * 0.45, y + radius * 0.05);
  context.lineTo(x - radius * 0.1, y + radius * 0.38);
  context.lineTo(x + radius * 0.48, y - radius * 0.32);
  context.strokeStyle = palette.onMine;
  context.lineWidth = Math.max(1.5, diameter * 0.11);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.stroke();
}

function paintLost(paint: OverlayPaint, index: number, diameter: number): void {
  const { context, palette } = paint;
  const { x, y } = at(paint, index);
  const arm = diameter * 0.38;
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.strokeStyle = palette.danger;
  context.lineWidth = Math.max(2, diameter * 0.14);
  context.lineCap = "round";
  context.stroke();
}

function paintCursor(paint: OverlayPaint, index: number, diameter: number): void {
  const { context, palette } = paint;
  const { x, y } = at(paint, index);
  for (const [colour, width, grow] of [
    [palette.bg, 7, 4],
    [palette.text, 3, 4],
  ] as const) {
    context.beginPath();
    context.arc(x, y, diameter / 2 + grow, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

/** Section names as pills while seats are too small for numbers; those that would cover another are left out. */
function paintSectionNames(paint: OverlayPaint): void {
  const { context, model, board, palette, view, size } = paint;
  context.font = `700 ${LABEL_FONT_PX}px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const taken: { x: number; y: number; width: number }[] = [];
  const height = LABEL_FONT_PX + 7;
  for (const section of model.sections) {
    const x = ((section.bounds.minX + section.bounds.maxX) / 2) * view.scale + view.x;
    const y = ((section.bounds.minY + section.bounds.maxY) / 2) * view.scale + view.y;
    if (x < 0 || y < 0 || x > size.width || y > size.height) continue;
    const name = t.seats.sectionShort(section.name);
    const width = context.measureText(name).width + 12;
    const covers = taken.some(
      (other) => Math.abs(other.y - y) < height && Math.abs(other.x - x) < (other.width + width) / 2,
    );
    if (covers) continue;
    taken.push({ x, y, width });
    const isFull = freeInRange(board, section.start, section.end) === 0;
    context.globalAlpha = 0.92;
    context.fillStyle = palette.bg;
    context.beginPath();
    context.roundRect(x - width / 2, y - height / 2, width, height, 5);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = isFull ? palette.muted : palette.text;
    context.fillText(name, x, y + 1);
  }
}

function paintRowNames(paint: OverlayPaint, diameter: number): void {
  const { context, model, palette, view, size } = paint;
  context.font = `600 ${Math.min(14, Math.round(diameter * 0.5))}px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = palette.muted;
  for (const row of model.rows) {
    if (row.end <= row.start) continue;
    const first = at(paint, row.start);
    if (first.x < -40 || first.y < -40 || first.x > size.width + 40 || first.y > size.height + 40) continue;
    const second = row.end - row.start > 1 ? at(paint, row.start + 1) : { x: first.x + diameter, y: first.y };
    const length = Math.hypot(second.x - first.x, second.y - first.y) || 1;
    const step = model.spacing * view.scale * 0.95;
    context.fillText(
      row.name,
      first.x - ((second.x - first.x) / length) * step,
      first.y - ((second.y - first.y) / length) * step,
    );
  }
}
