import type { SeatModel } from "./model";

const SECTION_GAP = 3;
const SECTIONS_ACROSS_MAX = 4;

/** Gives seats places where the plan has none (a CSV without x and y): rows under each other, sections side by side. */
export function layOut(model: SeatModel): void {
  if (hasPlaces(model)) return;
  const across = Math.min(SECTIONS_ACROSS_MAX, Math.max(1, Math.ceil(Math.sqrt(model.sections.length))));
  let left = 0;
  let top = 0;
  let bandHeight = 0;
  model.sections.forEach((section, index) => {
    if (index > 0 && index % across === 0) {
      left = 0;
      top += bandHeight + SECTION_GAP;
      bandHeight = 0;
    }
    const rows = model.rows.slice(section.rowStart, section.rowEnd);
    const width = Math.max(1, ...rows.map((row) => row.end - row.start));
    rows.forEach((row, rowIndex) => {
      const indent = (width - (row.end - row.start)) / 2;
      for (let i = row.start; i < row.end; i++) {
        model.xs[i] = left + indent + (i - row.start);
        model.ys[i] = top + rowIndex;
      }
    });
    left += width + SECTION_GAP;
    bandHeight = Math.max(bandHeight, rows.length);
  });
}

/** Places are real when neighbours do not stand on each other. */
function hasPlaces(model: SeatModel): boolean {
  if (model.size < 2) return true;
  const seen = new Set<string>();
  for (let i = 0; i < model.size; i++) seen.add(`${model.xs[i]},${model.ys[i]}`);
  return seen.size > model.size / 2;
}
