import { moneyShort } from "../format";
import { t } from "../i18n";
import type { Board } from "./board";
import { nameOf, priceOf, SeatKind, type SeatModel } from "./model";

/** "Section 107, row 12, seat 14". */
export function seatLabel(model: SeatModel, index: number): string {
  const name = nameOf(model, index);
  return t.seats.seat(name.section, name.row, name.number);
}

/** "Row 12, seat 14, €95, free": what the keyboard's cursor says. */
export function seatSpoken(model: SeatModel, board: Board, index: number, isMine: boolean): string {
  const name = nameOf(model, index);
  const kind = model.kinds[index];
  return [
    t.seats.seatShort(name.row, name.number),
    moneyShort(priceOf(model, index)),
    kind === SeatKind.WHEELCHAIR ? t.seats.wheelchair : kind === SeatKind.COMPANION ? t.seats.companion : "",
    isMine ? t.seats.mine : (t.seats.states[board.states[index] ?? 3] ?? ""),
  ]
    .filter(Boolean)
    .join(", ");
}

/** "14 and 15" in the page's language. */
export const listed = (words: string[], locale: string): string =>
  new Intl.ListFormat(locale, { style: "long", type: "conjunction" }).format(words);
