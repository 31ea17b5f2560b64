import { SeatState, type Board } from "../board";
import { SeatKind, type SeatModel } from "../model";
import { ZONE_COLOURS, zoneColourName } from "../zones";
import type { Palette } from "./palette";
import type { View } from "./viewport";

/** Discs below this diameter are drawn as squares: four times faster, and no eye sees it. */
const DISC_FROM_PX = 4;
/** Numbers and the signs of wheelchair and companion seats from this diameter on. */
export const NUMBERS_FROM_PX = 20;
/** Squares nearly touch, so that a section far away has the colour of its zone and not of the ground. */
const SQUARE_SHARE = 0.95;
/** The share of the distance between neighbours that a seat's disc fills. */
export const DISC_SHARE = 0.8;
const SOLD_SHARE = 0.32;
const OTHER_ZONE_ALPHA = 0.18;

export const diameterPx = (model: SeatModel, view: View): number => model.spacing * DISC_SHARE * view.scale;

export interface SeatsPaint {
  context: CanvasRenderingContext2D;
  model: SeatModel;
  board: Board;
  palette: Palette;
  view: View;
  /** Only this zone in full colour; null for all. */
  onlyZone: number | null;
}

/** Draws seats: free ones as filled shapes of their zone's colour, held ones as rings, sold ones as dots. */
export function paintSeats(paint: SeatsPaint, indices: ArrayLike<number>): void {
  const { model, board } = paint;
  const sold: number[] = [];
  const held: number[] = [];
  // One bucket a zone: setting a canvas's colour costs more than a seat.
  const free: number[][] = model.zones.map(() => []);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] as number;
    const state = board.states[index];
    if (state === SeatState.FREE) free[model.zoneOf[index] ?? 0]?.push(index);
    else (state === SeatState.HELD ? held : sold).push(index);
  }
  paintSold(paint, sold);
  paintHeld(paint, held);
  free.forEach((seats, zone) => paintFree(paint, zone, seats));
}

function paintSold({ context, model, palette, view }: SeatsPaint, seats: number[]): void {
  const side = Math.max(1, model.spacing * SOLD_SHARE * view.scale);
  context.fillStyle = palette.sold;
  fillShapes(context, model, view, seats, side, false);
}

function paintHeld({ context, model, palette, view }: SeatsPaint, seats: number[]): void {
  const diameter = diameterPx(model, view);
  context.strokeStyle = palette.held;
  context.lineWidth = Math.max(1, diameter * 0.12);
  const radius = Math.max(0.5, (diameter - context.lineWidth) / 2);
  context.beginPath();
  for (const index of seats) {
    const x = (model.xs[index] ?? 0) * view.scale + view.x;
    const y = (model.ys[index] ?? 0) * view.scale + view.y;
    if (diameter < DISC_FROM_PX) context.rect(x - radius, y - radius, radius * 2, radius * 2);
    else {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }
  context.stroke();
}

function paintFree(paint: SeatsPaint, zone: number, seats: number[]): void {
  if (!seats.length) return;
  const { context, model, palette, view, onlyZone } = paint;
  const colour = ZONE_COLOURS.indexOf(zoneColourName(zone, model.zones.length));
  const disc = diameterPx(model, view);
  const diameter = disc < DISC_FROM_PX ? Math.max(1.2, (disc * SQUARE_SHARE) / DISC_SHARE) : disc;
  context.globalAlpha = onlyZone === null || onlyZone === zone ? 1 : OTHER_ZONE_ALPHA;
  context.fillStyle = palette.zones[colour] ?? palette.text;
  const special = seats.filter((index) => model.kinds[index] !== SeatKind.ORDINARY);
  const ordinary = special.length ? seats.filter((index) => model.kinds[index] === SeatKind.ORDINARY) : seats;
  fillShapes(context, model, view, ordinary, diameter, false);
  fillShapes(context, model, view, special, diameter, true);
  if (diameter >= NUMBERS_FROM_PX) {
    context.fillStyle = palette.onZones[colour] ?? palette.surface;
    paintNumbers(paint, seats, diameter);
  }
  context.globalAlpha = 1;
}

function paintNumbers({ context, model, palette, view }: SeatsPaint, seats: number[], diameter: number): void {
  context.font = `600 ${Math.round(diameter * 0.44)}px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const index of seats) {
    const kind = model.kinds[index];
    const sign =
      kind === SeatKind.WHEELCHAIR ? "♿\uFE0E" : kind === SeatKind.COMPANION ? "C" : (model.numbers[index] ?? "");
    const x = (model.xs[index] ?? 0) * view.scale + view.x;
    const y = (model.ys[index] ?? 0) * view.scale + view.y;
    context.fillText(sign, x, y + diameter * 0.03, diameter * 0.9);
  }
}

function fillShapes(
  context: CanvasRenderingContext2D,
  model: SeatModel,
  view: View,
  seats: number[],
  diameter: number,
  rounded: boolean,
): void {
  const radius = diameter / 2;
  if (diameterPx(model, view) < DISC_FROM_PX) {
    for (const index of seats) {
      const x = (model.xs[index] ?? 0) * view.scale + view.x;
      const y = (model.ys[index] ?? 0) * view.scale + view.y;
      context.fillRect(x - radius, y - radius, diameter, diameter);
    }
    return;
  }
  context.beginPath();
  for (const index of seats) {
    const x = (model.xs[index] ?? 0) * view.scale + view.x;
    const y = (model.ys[index] ?? 0) * view.scale + view.y;
    if (rounded) context.roundRect(x - radius, y - radius, diameter, diameter, radius * 0.4);
    else {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }
  context.fill();
}
