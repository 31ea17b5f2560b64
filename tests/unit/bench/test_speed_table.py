"""The speed table says what was measured, and nothing where it was wrong."""

from collections.abc import Generator, Sequence

import pytest

from tests.bench import report, sale
from tests.bench.growth import exponent
from tests.bench.results import Run, ratio_line
from tests.bench.sale import Sale
from tests.bench.sampling import Samples
from tests.bench.textbook import neighbours

Held = tuple[int, ...]


class Turn:
    """Lets others go first, as whoever asks a server does."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Hall:
    """Sells seats in their order; what runs out is sold again."""

    def __init__(self, capacity: int) -> None:
        self.free = list(range(capacity))

    async def hold(self, quantity: int) -> Held | None:
        await Turn()
        if len(self.free) < quantity:
            return None
        held, self.free = tuple(self.free[:quantity]), self.free[quantity:]
        return held

    def seats_of(self, held: Held) -> Sequence[int]:
        return held

    async def run_out(self, held: Sequence[Held]) -> None:
        self.free += [seat for seats in held for seat in seats]

    async def faults(self, held: int) -> list[str]:
        return []


class CarelessHall(Hall):
    """Forgets at seat 9 that seat 0 is sold."""

    async def hold(self, quantity: int) -> Held | None:
        held = await super().hold(quantity)
        if held and 9 in held:
            self.free.insert(0, 0)
        return held

    async def run_out(self, held: Sequence[Held]) -> None:
        pass


@pytest.fixture(autouse=True)
def _time_passes_at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sale, "RUN_OUT_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(sale, "NOTHING_LEFT_SECONDS", 0.0)


async def test_a_sale_ends_when_every_seat_is_held_and_some_came_back_meanwhile() -> None:
    run = await Sale[Held](200, 5.0).run(Hall(200), callers=8)
    assert run.notes["sold"] == 1.0
    assert run.notes["returned"] > 0
    assert run.faults == []


async def test_a_seat_that_is_sold_twice_makes_the_line_void() -> None:
    hall = CarelessHall(40)
    run = await Sale[Held](40, 0.2).run(hall, callers=1)
    assert "seat 0 was held twice" in run.faults
    line = ratio_line("hot", "careless", "another", 6.0, [run], [Run(1, 1.0)])
    assert "VOID" in report.table([line])


def test_a_ratio_is_of_one_round_and_its_median_decides() -> None:
    ours = [Run(80, 1.0), Run(60, 1.0), Run(90, 1.0)]
    theirs = [Run(10, 1.0), Run(20, 1.0), Run(10, 1.0)]
    line = ratio_line("hot", "sale", "another", 8.0, ours, theirs)
    assert (line.value.low, line.value.median, line.value.high) == (3.0, 8.0, 9.0)
    assert line.is_met
    assert "met" in report.table([line])


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_the_exponent_of_a_power_law_is_found(power: float) -> None:
    points = [(size, 3.0 * size**power) for size in (10_000, 100_000, 1_000_000)]
    assert exponent(points) == pytest.approx(power)


def test_the_textbook_looks_for_neighbours_first_and_takes_any_seats_last() -> None:
    free = [{"row_no": 1, "number": number} for number in (1, 3, 4)]
    assert neighbours(free, 2, 0) == free[1:]
    assert neighbours(free, 3, 0) == free
    assert neighbours(free, 4, 0) is None


def test_a_driver_counts_with_the_file_that_called_it() -> None:
    samples = Samples()
    samples.stacks[("inventory_svc/a.py:place", "asyncpg/b.py:fetch")] = 3
    samples.stacks[("inventory_svc/c.py:decide",)] = 1
    assert samples.by_file() == {"inventory_svc/a.py": 3, "inventory_svc/c.py": 1}
    assert samples.by_function()["asyncpg/b.py:fetch"] == 3
