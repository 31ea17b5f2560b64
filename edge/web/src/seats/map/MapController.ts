import type { Board } from "../board";
import type { SeatModel } from "../model";
import { SeatMapRenderer, type Marks } from "./renderer";
import { DISC_SHARE, diameterPx } from "./seatPainter";
import { SeatIndex, type Direction } from "./seatIndex";
import { centreOn, clampPan, fit, reveal, toMap, zoomAt, type Size, type View } from "./viewport";

/** A seat smaller than this is not taken by a tap; the map comes closer instead. */
const TAP_FROM_PX = 24;
/** How large seats are after coming closer. */
const CLOSE_UP_PX = 34;
const LARGEST_PX = 60;
const STEP = 1.6;
const REVEAL_MARGIN_PX = 60;
/** The legend's height: the whole map is shown above it. */
const LEGEND_PX = 68;

/** Moves the view over the map and finds seats in it. */
export class MapController {
  readonly index: SeatIndex;
  private renderer: SeatMapRenderer | null = null;
  private size: Size = { width: 0, height: 0 };
  private view: View = { scale: 1, x: 0, y: 0 };
  private isFitted = true;
  onView: (view: View, size: Size) => void = () => undefined;

  constructor(
    readonly model: SeatModel,
    private readonly board: Board,
  ) {
    this.index = new SeatIndex(model);
  }

  attach(seatsCanvas: HTMLCanvasElement, overlayCanvas: HTMLCanvasElement): void {
    this.renderer = new SeatMapRenderer(seatsCanvas, overlayCanvas, this.model, this.board, this.index);
  }

  detach(): void {
    this.renderer?.stop();
    this.renderer = null;
  }

  resize(size: Size): void {
    if (!size.width || !size.height) return;
    const centre = toMap(this.view, this.size.width / 2, this.size.height / 2);
    this.size = size;
    this.renderer?.resize(size);
    if (this.isFitted) this.showAll();
    else this.show(centreOn(centre.x, centre.y, this.view.scale, size));
  }

  private get fitted(): View {
    return fit(this.model.bounds, this.size, this.model.spacing, LEGEND_PX);
  }

  private get limits(): { min: number; max: number } {
    const min = this.fitted.scale;
    return { min, max: Math.max(min, LARGEST_PX / (this.model.spacing * DISC_SHARE)) };
  }

  private show(view: View): void {
    this.view = clampPan(view, this.model.bounds, this.size);
    this.renderer?.moveTo(this.view);
    this.onView(this.view, this.size);
  }

  showAll(): void {
    this.isFitted = true;
    this.show(this.fitted);
    this.renderer?.repaint();
  }

  pan(dx: number, dy: number): void {
    this.isFitted = false;
    this.show({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
  }

  zoom(factor: number, px = this.size.width / 2, py = this.size.height / 2): void {
    const next = zoomAt(this.view, factor, px, py, this.limits);
    if (next.scale <= this.limits.min) return this.showAll();
    this.isFitted = false;
    this.show(next);
  }

  zoomIn(): void {
    this.zoom(STEP);
  }

  zoomOut(): void {
    this.zoom(1 / STEP);
  }

  /** True when seats are large enough to be taken one by one. */
  get isClose(): boolean {
    return diameterPx(this.model, this.view) >= TAP_FROM_PX;
  }

  private get closeScale(): number {
    const { min, max } = this.limits;
    return Math.min(max, Math.max(min, CLOSE_UP_PX / (this.model.spacing * DISC_SHARE)));
  }

  /** The seat under a tap; null after coming closer, or beside all seats. */
  tap(px: number, py: number): number | null {
    const at = toMap(this.view, px, py);
    if (!this.isClose) {
      this.isFitted = false;
      this.show(zoomAt(this.view, this.closeScale / this.view.scale, px, py, this.limits));
      return null;
    }
    return this.index.nearest(at.x, at.y, this.model.spacing * 0.7);
  }

  /** Brings a seat on the screen, close enough to read. */
  goTo(index: number): void {
    const x = this.model.xs[index] ?? 0;
    const y = this.model.ys[index] ?? 0;
    this.isFitted = false;
    if (!this.isClose) return this.show(centreOn(x, y, this.closeScale, this.size));
    this.show(reveal(this.view, x, y, this.size, REVEAL_MARGIN_PX));
  }

  /** Pans to a seat that somebody else chose for the person; the whole map shows it already. */
  bringIn(index: number): void {
    if (this.isFitted || !this.size.width) return;
    const x = this.model.xs[index] ?? 0;
    const y = this.model.ys[index] ?? 0;
    this.show(reveal(this.view, x, y, this.size, REVEAL_MARGIN_PX));
  }

  /** The seat nearest to the middle of the screen, where a cursor begins. */
  middle(): number | null {
    const at = toMap(this.view, this.size.width / 2, this.size.height / 2);
    return this.index.nearest(at.x, at.y, Infinity);
  }

  next(from: number, direction: Direction): number | null {
    return this.index.next(from, direction);
  }

  mark(marks: Partial<Marks>): void {
    this.renderer?.mark(marks);
  }

  update(changed: number[]): void {
    this.renderer?.update(changed);
  }

  retheme(): void {
    this.renderer?.retheme();
  }
}
