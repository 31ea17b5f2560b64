import type { Board } from "../board";
import type { SeatModel } from "../model";
import { paintOverlay } from "./overlayPainter";
import { readPalette, type Palette } from "./palette";
import { diameterPx, paintSeats } from "./seatPainter";
import type { SeatIndex } from "./seatIndex";
import type { Size, View } from "./viewport";

/** How much more than the screen is painted on each side, so that a pan only moves a finished picture. */
const OVERSCAN = 0.25;
/** Paint anew once the view has rested this long. */
const REST_MS = 110;
/** A picture stretched more than this is painted anew even while it moves. */
const STRETCH_MAX = 2.5;
/** Above two device pixels a pixel the eye gains nothing and the canvas costs double. */
const PIXEL_RATIO_MAX = 2;
/** What a browser's tools, and our tests, see of every painting. */
const PAINT_MEASURE = "onsale.seats.paint";
const MEASURES_KEPT = 200;

export interface Marks {
  mine: ReadonlySet<number>;
  lost: ReadonlySet<number>;
  cursor: number | null;
  onlyZone: number | null;
}

/**
 * Paints the map on two canvases. The seats' picture is larger than the screen and is moved by a CSS transform while
 * the view moves; it is painted again at rest. Names and marks are few and painted every frame on the overlay.
 */
export class SeatMapRenderer {
  view: View = { scale: 1, x: 0, y: 0 };
  size: Size = { width: 0, height: 0 };
  marks: Marks = { mine: new Set(), lost: new Set(), cursor: null, onlyZone: null };
  private palette: Palette;
  private paintedView: View | null = null;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;
  private paintCount = 0;
  private readonly seats: CanvasRenderingContext2D;
  private readonly overlay: CanvasRenderingContext2D;

  constructor(
    private readonly seatsCanvas: HTMLCanvasElement,
    private readonly overlayCanvas: HTMLCanvasElement,
    private readonly model: SeatModel,
    private readonly board: Board,
    private readonly index: SeatIndex,
  ) {
    this.seats = contextOf(seatsCanvas);
    this.overlay = contextOf(overlayCanvas);
    this.palette = readPalette(overlayCanvas);
  }

  private get ratio(): number {
    return Math.min(PIXEL_RATIO_MAX, devicePixelRatio || 1);
  }

  private get margin(): Size {
    return { width: Math.round(this.size.width * OVERSCAN), height: Math.round(this.size.height * OVERSCAN) };
  }

  resize(size: Size): void {
    this.size = size;
    const { ratio, margin } = this;
    for (const [canvas, width, height] of [
      [this.seatsCanvas, size.width + 2 * margin.width, size.height + 2 * margin.height],
      [this.overlayCanvas, size.width, size.height],
    ] as const) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    this.seatsCanvas.style.left = `${-margin.width}px`;
    this.seatsCanvas.style.top = `${-margin.height}px`;
    this.paintedView = null;
    this.requestFrame();
  }

  /** Reads the colours again and paints everything: the theme changed. */
  retheme(): void {
    this.palette = readPalette(this.overlayCanvas);
    this.repaint();
  }

  /** Shows the map from another place, moving the finished picture until the view rests. */
  moveTo(view: View): void {
    this.view = view;
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.repaint(), REST_MS);
    this.requestFrame();
  }

  /** Paints the marks again; the seats below them stay. */
  mark(marks: Partial<Marks>): void {
    const before = this.marks;
    this.marks = { ...before, ...marks };
    if (this.marks.onlyZone !== before.onlyZone) this.repaint();
    else this.requestFrame();
  }

  /** Paints seats whose state changed, and nothing else. */
  update(changed: number[]): void {
    const view = this.paintedView;
    if (!view) return this.requestFrame();
    const context = this.prepare();
    // Ring and disc of the same seat have the same size; the cell reaches a little beyond for the blur of its edge.
    const side = Math.max(3, diameterPx(this.model, view) + 2);
    const half = side / 2 / view.scale;
    const dirty = new Set<number>();
    for (const seat of changed) {
      const x = this.model.xs[seat] ?? 0;
      const y = this.model.ys[seat] ?? 0;
      context.clearRect(x * view.scale + view.x - side / 2, y * view.scale + view.y - side / 2, side, side);
      // The cell's corners may reach into neighbours of a slanted row.
      for (const near of this.index.within(x - 2 * half, y - 2 * half, x + 2 * half, y + 2 * half)) dirty.add(near);
    }
    this.paint(context, view, [...dirty]);
    this.requestFrame();
  }

  repaint(): void {
    this.paintedView = null;
    this.requestFrame();
  }

  stop(): void {
    clearTimeout(this.restTimer);
    cancelAnimationFrame(this.frame);
  }

  private requestFrame(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.size.width) return;
      if (!this.paintedView || this.isWornOut(this.paintedView)) this.paintAll();
      this.placePicture();
      this.paintMarks();
    });
  }

  /** True when the picture no longer covers the screen or is stretched too far to read. */
  private isWornOut(painted: View): boolean {
    const k = this.view.scale / painted.scale;
    if (k > STRETCH_MAX || k < 1 / STRETCH_MAX) return true;
    const left = this.view.x - painted.x * k - this.margin.width * k;
    const top = this.view.y - painted.y * k - this.margin.height * k;
    const width = (this.size.width + 2 * this.margin.width) * k;
    const height = (this.size.height + 2 * this.margin.height) * k;
    return left > 0 || top > 0 || left + width < this.size.width || top + height < this.size.height;
  }

  private paintAll(): void {
    const startMs = performance.now();
    const { view, margin, size } = this;
    const context = this.prepare();
    context.clearRect(-margin.width, -margin.height, size.width + 2 * margin.width, size.height + 2 * margin.height);
    const reach = this.model.spacing;
    const visible = this.index.within(
      (-margin.width - view.x) / view.scale - reach,
      (-margin.height - view.y) / view.scale - reach,
      (size.width + margin.width - view.x) / view.scale + reach,
      (size.height + margin.height - view.y) / view.scale + reach,
    );
    this.paint(context, view, visible);
    this.paintedView = view;
    if (++this.paintCount % MEASURES_KEPT === 0) performance.clearMeasures(PAINT_MEASURE);
    performance.measure(PAINT_MEASURE, { start: startMs, end: performance.now() });
  }

  private paint(context: CanvasRenderingContext2D, view: View, indices: number[]): void {
    const { model, board, palette } = this;
    paintSeats({ context, model, board, palette, view, onlyZone: this.marks.onlyZone }, indices);
  }

  /** The seats' context with its origin at the screen's corner. */
  private prepare(): CanvasRenderingContext2D {
    const { ratio, margin } = this;
    this.seats.setTransform(ratio, 0, 0, ratio, margin.width * ratio, margin.height * ratio);
    return this.seats;
  }

  private placePicture(): void {
    const painted = this.paintedView;
    if (!painted) return;
    const k = this.view.scale / painted.scale;
    const { margin } = this;
    // The picture's corner stands at -margin; where that point of the map is now is where the corner must go.
    const x = this.view.x - painted.x * k - margin.width * k + margin.width;
    const y = this.view.y - painted.y * k - margin.height * k + margin.height;
    this.seatsCanvas.style.transform = k === 1 && !x && !y ? "" : `translate(${x}px, ${y}px) scale(${k})`;
  }

  private paintMarks(): void {
    this.overlay.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const { model, board, palette, view, size, marks } = this;
    paintOverlay({ context: this.overlay, model, board, palette, view, size, ...marks });
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no 2D canvas");
  return context;
}
