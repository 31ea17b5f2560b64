"""Which process of a neighbour serves an event: all callers agree, and few events move when one comes or goes."""

from typing import Any

from edge.processes import ID_LENGTH_MAX, TRIED_MAX, Processes, event_of, rank
from mesh import ids

PROCESSES = ("10.0.0.1:50151", "10.0.0.2:50151", "10.0.0.3:50151")
EVENTS = [ids.event_text(number << 22 | number) for number in range(1, 301)]


class NoChannels:
    """Nobody is called here: channels are known by their addresses."""

    def plain_channel(self, neighbour: str, address: str = "") -> Any:
        return address

    async def drop(self, neighbour: str, address: str) -> None:
        raise AssertionError("nothing was dropped")


def own(event: str, *processes: str) -> str:
    return max(processes, key=lambda address: rank(event, address))


def test_events_are_spread_over_all_processes() -> None:
    shares = [sum(own(event, *PROCESSES) == each for event in EVENTS) for each in PROCESSES]
    assert all(70 < share < 130 for share in shares), shares


def test_only_the_events_of_a_process_that_went_move() -> None:
    before = {event: own(event, *PROCESSES) for event in EVENTS}
    after = {event: own(event, *PROCESSES[:2]) for event in EVENTS}
    moved = {event for event in EVENTS if before[event] != after[event]}
    assert moved == {event for event in EVENTS if before[event] == PROCESSES[2]}


def test_a_hold_is_served_where_its_event_is() -> None:
    event_id = ids.parse_event(EVENTS[7])
    assert event_of(ids.text("hld", ids.new_id(event_id))) == EVENTS[7] == event_of(EVENTS[7])


def test_what_is_no_id_stands_for_itself() -> None:
    assert [event_of(text) for text in ("", "nonsense", "hld_short")] == [
        "",
        "nonsense",
        "hld_short",
    ]


async def test_what_is_too_long_for_an_id_is_not_remembered() -> None:
    """Tried: two caches by what strangers send keep their 64 kB each, a gigabyte together."""
    served = Processes("inventory", ", ".join(PROCESSES), NoChannels())
    before = event_of.cache_info().currsize
    for number in range(20):
        served.channel("ev_" + "x" * ID_LENGTH_MAX + str(number))
    assert event_of.cache_info().currsize <= before + 1


async def test_an_event_has_one_process_and_one_more_to_try() -> None:
    served = Processes("inventory", ", ".join(PROCESSES), NoChannels())
    for event in EVENTS[:20]:
        order = served._in_order(event)
        assert order[0] == own(event, *PROCESSES) == served.channel(event)
        assert len(set(order)) == TRIED_MAX


async def test_one_address_is_called_by_the_name_it_has() -> None:
    assert Processes("inventory", "127.0.0.1:50151", NoChannels()).channel(EVENTS[0]) == ""


async def test_a_name_that_leads_to_several_processes_is_looked_up() -> None:
    """A look that finds one process leaves the name to lead there."""
    served = Processes("inventory", "dns:///localhost:50151", NoChannels())
    assert served.channel(EVENTS[0]) == ""
    assert served._resolving is not None
    await served._resolving
    assert set(served._addresses) <= {"", "127.0.0.1:50151", "[::1]:50151"}
    served._take_in(PROCESSES)
    assert served.channel(EVENTS[0]) == own(EVENTS[0], *PROCESSES)
    served._take_in(PROCESSES[:1])
    assert served.channel(EVENTS[0]) == ""
    await served.close()
