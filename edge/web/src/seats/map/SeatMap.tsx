import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { t } from "../../i18n";
import { announce } from "../../ui/announce";
import type { Desk } from "../Desk";
import { seatSpoken } from "../words";
import { listenForGestures } from "./gestures";
import { MapController } from "./MapController";
import { Minimap } from "./Minimap";
import type { Direction } from "./seatIndex";
import type { Size, View } from "./viewport";
import { ZoneLegend } from "./ZoneLegend";

interface SeatMapProps {
  desk: Desk;
  /** Tells why a seat was not taken, where that needs words. */
  onTake: (index: number) => void;
}

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** The canvas map: one tab stop; fingers, wheel, buttons and keys all reach every seat. */
export function SeatMap({ desk, onTake }: SeatMapProps) {
  const controller = useMemo(() => new MapController(desk.model, desk.board), [desk]);
  const box = useRef<HTMLDivElement>(null);
  const seats = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<number | null>(null);
  const [onlyZone, setOnlyZone] = useState<number | null>(null);
  const [shown, setShown] = useState<{ view: View; size: Size } | null>(null);
  const help = useId();

  useEffect(() => {
    if (!box.current || !seats.current || !overlay.current) return;
    controller.attach(seats.current, overlay.current);
    controller.onView = (view, size) => setShown({ view, size });
    const stops = [
      listenForGestures(overlay.current, {
        onPan: (dx, dy) => controller.pan(dx, dy),
        onZoom: (factor, px, py) => controller.zoom(factor, px, py),
        onTap: (px, py) => {
          const index = controller.tap(px, py);
          if (index !== null) take(index);
        },
      }),
      desk.onBoardChange((changed) => controller.update(changed)),
      followSize(box.current, (size) => controller.resize(size)),
      followTheme(() => controller.retheme()),
    ];
    return () => {
      for (const stop of stops) stop();
      controller.detach();
    };
  }, [controller]);

  useSignalEffect(() => controller.mark({ mine: desk.mine.value, lost: desk.lost.value }));
  useSignalEffect(() => {
    const [first] = desk.heldSeats.value;
    if (first !== undefined) controller.bringIn(first);
  });
  useEffect(() => controller.mark({ onlyZone }), [onlyZone, controller]);

  const say = (index: number) =>
    announce(seatSpoken(desk.model, desk.board, index, desk.mine.value.has(index)));
  const point = (index: number | null) => {
    cursor.current = index;
    controller.mark({ cursor: index });
    if (index === null) return;
    controller.goTo(index);
    say(index);
  };
  const take = (index: number) => {
    cursor.current = index;
    onTake(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    if (direction) {
      const from = cursor.current;
      point(from === null ? ([...desk.mine.value][0] ?? controller.middle()) : (controller.next(from, direction) ?? from));
    } else if ((event.key === "Enter" || event.key === " ") && cursor.current !== null) {
      onTake(cursor.current);
      say(cursor.current);
    } else if (event.key === "+" || event.key === "=") controller.zoomIn();
    else if (event.key === "-") controller.zoomOut();
    else if (event.key === "0") controller.showAll();
    else if (event.key === "Escape") {
      point(null);
      controller.showAll();
    } else return;
    event.preventDefault();
  };

  return (
    <div class="map" ref={box}>
      <canvas ref={seats} class="map-seats" aria-hidden="true" />
      <canvas
        ref={overlay}
        class="map-overlay"
        tabIndex={0}
        role="application"
        aria-roledescription={t.seats.map.role}
        aria-label={t.seats.map.label}
        aria-describedby={help}
        onKeyDown={onKeyDown}
        onBlur={() => controller.mark({ cursor: null })}
        onFocus={() => cursor.current !== null && controller.mark({ cursor: cursor.current })}
      />
      <p id={help} class="visually-hidden">
        {t.seats.map.help}
      </p>
      <LivePill desk={desk} />
      <div class="map-zoom">
        <button class="icon-button" aria-label={t.seats.map.zoomIn} onClick={() => controller.zoomIn()}>
          +
        </button>
        <button class="icon-button" aria-label={t.seats.map.zoomOut} onClick={() => controller.zoomOut()}>
          −
        </button>
        <button class="icon-button" aria-label={t.seats.map.all} onClick={() => controller.showAll()}>
          ⤢
        </button>
      </div>
      {shown && <Minimap model={desk.model} view={shown.view} size={shown.size} />}
      <ZoneLegend desk={desk} only={onlyZone} onOnly={setOnlyZone} />
    </div>
  );
}

function LivePill({ desk }: { desk: Desk }) {
  const { free } = desk.readBoard();
  const isLive = desk.isLive.value;
  return (
    <p class={isLive ? "map-live" : "map-live lost"}>
      <span aria-hidden="true" />
      {isLive ? t.seats.live(free) : t.seats.lost}
    </p>
  );
}

function followSize(element: HTMLElement, onSize: (size: Size) => void): () => void {
  const observer = new ResizeObserver(() => onSize({ width: element.clientWidth, height: element.clientHeight }));
  observer.observe(element);
  return () => observer.disconnect();
}

function followTheme(onChange: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}
