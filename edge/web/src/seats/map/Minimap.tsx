import { t } from "../../i18n";
import type { SeatModel } from "../model";
import { toMap, type Size, type View } from "./viewport";

const WIDTH_PX = 110;

/** Where the screen stands on the whole map; hidden while all of it shows. */
export function Minimap({ model, view, size }: { model: SeatModel; view: View; size: Size }) {
  const { minX, minY, maxX, maxY } = model.bounds;
  const width = maxX - minX || 1;
  const height = maxY - minY || 1;
  const from = toMap(view, 0, 0);
  const to = toMap(view, size.width, size.height);
  if (from.x <= minX && from.y <= minY && to.x >= maxX && to.y >= maxY) return null;
  const left = Math.max(from.x, minX);
  const top = Math.max(from.y, minY);
  return (
    <svg
      class="minimap"
      width={WIDTH_PX}
      height={Math.min(WIDTH_PX, (WIDTH_PX * height) / width)}
      viewBox={`${minX} ${minY} ${width} ${height}`}
      role="img"
      aria-label={t.seats.map.mini}
    >
      {model.sections
        .filter((section) => section.end > section.start)
        .map((section) => (
          <rect
            key={section.sectionId}
            class="minimap-section"
            x={section.bounds.minX}
            y={section.bounds.minY}
            width={Math.max(model.spacing, section.bounds.maxX - section.bounds.minX)}
            height={Math.max(model.spacing, section.bounds.maxY - section.bounds.minY)}
          />
        ))}
      <rect
        class="minimap-view"
        vector-effect="non-scaling-stroke"
        x={left}
        y={top}
        width={Math.max(0, Math.min(to.x, maxX) - left)}
        height={Math.max(0, Math.min(to.y, maxY) - top)}
      />
    </svg>
  );
}
