"""Plans for the tests, and arbitrary JSON that resembles one."""

import json
from typing import Any

from hypothesis import strategies as st

from inventory_svc.errors import PlanInvalid


def pretix(rows: dict[str, list[dict[str, Any]]], **zone: Any) -> dict[str, Any]:
    """A plan of one zone with the given rows of seats."""
    return {
        "name": "Hall",
        "categories": [{"name": "Gold"}, {"name": "Silver"}],
        "zones": [
            {
                "name": "Stalls",
                "position": {"x": 0, "y": 0},
                "rows": [
                    {"row_number": name, "position": {"x": 0, "y": 10 * index}, "seats": seats}
                    for index, (name, seats) in enumerate(rows.items())
                ],
                **zone,
            }
        ],
    }


def seat(guid: str, x: float, **changes: Any) -> dict[str, Any]:
    fields = {
        "seat_guid": guid,
        "seat_number": guid,
        "position": {"x": x, "y": 0},
        "category": "Gold",
    }
    return fields | changes


def is_told_well(refused: PlanInvalid) -> bool:
    """Whether a refusal has faults, and words that are fit for the wire: no halves of surrogate pairs."""
    facts: Any = refused.facts()
    words = [str(refused), *(fault["place"] + fault["problem"] for fault in facts["faults"])]
    return facts["faultsTotal"] > 0 and all(word.encode() for word in words)


def text(plan: Any) -> str:
    return json.dumps(plan)


_FIELDS = """
    name categories zones rows seats areas row_number seat_number seat_guid position category x y text rectangle width
"""

_KEYS = st.sampled_from(_FIELDS.split())

ODD_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["Gold", "Stage", "\ud800", "\0", "1e999"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=30,
)


@st.composite
def spoiled_plans(draw: st.DrawFn) -> Any:
    """A good plan in which some values were replaced by odd ones."""
    plan = pretix({"A": [seat("1", 0), seat("2", 10)], "B": [seat("3", 0)]}, areas=[{}])
    for _ in range(draw(st.integers(1, 3))):
        thing: Any = plan
        while isinstance(thing, dict | list) and thing:
            key = draw(
                st.sampled_from(sorted(thing) if isinstance(thing, dict) else range(len(thing)))
            )
            if not isinstance(thing[key], dict | list) or draw(st.booleans()):
                thing[key] = draw(ODD_JSON)
                break
            thing = thing[key]
    return plan
