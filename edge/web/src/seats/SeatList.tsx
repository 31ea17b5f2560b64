import { useState } from "preact/hooks";
import { moneyShort } from "../format";
import { t } from "../i18n";
import { SeatState } from "./board";
import { cheapestFreeZone, freeInRange } from "./counts";
import type { Desk } from "./Desk";
import { SeatKind, type SectionInfo } from "./model";
import { seatSpoken } from "./words";
import { ZoneDot } from "../ui/ZoneDot";

interface SeatListProps {
  desk: Desk;
  onTake: (index: number) => void;
}

/** The map in words: section, row, seat, each a button. Everything that the canvas does, it does too. */
export function SeatList({ desk, onTake }: SeatListProps) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section aria-label={t.seats.list.sections}>
      <ul class="sections">
        {desk.model.sections.map((section) => (
          <SectionItem
            key={section.sectionId}
            desk={desk}
            section={section}
            isOpen={open === section.sectionId}
            onOpen={(isOpen) => setOpen(isOpen ? section.sectionId : null)}
            onTake={onTake}
          />
        ))}
      </ul>
    </section>
  );
}

interface SectionItemProps extends SeatListProps {
  section: SectionInfo;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
}

function SectionItem({ desk, section, isOpen, onOpen, onTake }: SectionItemProps) {
  const board = desk.readBoard();
  const free = freeInRange(board, section.start, section.end);
  const cheapest = cheapestFreeZone(desk.model, board, section.start, section.end);
  const zone = cheapest === null ? undefined : desk.model.zones[cheapest];
  return (
    <li>
      <button class="section-button" aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
        <strong>{section.name}</strong>
        <span class="muted">{zone ? t.seats.list.free(free, moneyShort(zone.price)) : t.seats.list.none}</span>
      </button>
      {isOpen && <Rows desk={desk} section={section} onTake={onTake} />}
    </li>
  );
}

function Rows({ desk, section, onTake }: SeatListProps & { section: SectionInfo }) {
  const { model } = desk;
  const board = desk.readBoard();
  const rows = model.rows.slice(section.rowStart, section.rowEnd);
  const withFree = rows.filter((row) => freeOrMine(desk, row.start, row.end));
  if (!withFree.length) return <p class="muted section-empty">{t.seats.list.empty}</p>;
  return (
    <div class="rows">
      {withFree.map((row) => (
        <div class="row-seats" role="group" aria-label={t.seats.row(row.name)} key={row.start}>
          <span class="row-name" aria-hidden="true">
            {t.seats.row(row.name)}
          </span>
          <div class="seat-buttons">
            {seatsOf(row.start, row.end)
              .filter((index) => board.states[index] === SeatState.FREE || desk.mine.value.has(index))
              .map((index) => {
                const isMine = desk.mine.value.has(index);
                return (
                  <button
                    key={index}
                    class="seat-button"
                    aria-pressed={isMine}
                    aria-label={seatSpoken(model, board, index, isMine)}
                    onClick={() => onTake(index)}
                  >
                    <ZoneDot rank={model.zoneOf[index] ?? 0} of={model.zones.length} />
                    {model.numbers[index]}
                    {model.kinds[index] === SeatKind.WHEELCHAIR && <span aria-hidden="true"> ♿︎</span>}
                    {model.kinds[index] === SeatKind.COMPANION && <span aria-hidden="true"> C</span>}
                  </button>
                );
              })}
          </div>
        </div>
      ))}
    </div>
  );
}

const seatsOf = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, at) => start + at);

const freeOrMine = (desk: Desk, start: number, end: number): boolean =>
  seatsOf(start, end).some((index) => desk.board.states[index] === SeatState.FREE || desk.mine.value.has(index));
