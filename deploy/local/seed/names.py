"""Invented names: of artists, shows and venues. Any likeness is an accident."""

from random import Random


def _words(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


_MOODS = _words(
    """
    Amber Borrowed Copper Distant Electric Folded Gentle Hollow Indigo Kindly Lantern
    Midnight Northern Orchard Paper Quiet Restless Salted Thistle Unlikely Velvet
    Wandering Yonder Zephyr Crooked Marble
    """
)

_THINGS = _words(
    """
    Almanac Barometers Caravan Doorbells Echoes Ferrymen Gardeners Harbours Islands
    Jugglers Kites Lighthouse Meridians Neighbours Orbits Postcards Quarries Rivers
    Sparrows Tramlines Umbrellas Voyagers Windmills Xylophones Yesterdays Zeppelins
    """
)

_GIVEN = _words(
    """
    Ada Bruno Celeste Dario Elif Fenna Goran Hedda Ivo Juno Kasia Lior Mirela Nils Odile
    Paavo Quentin Runa Sanna Tomasz Ulla Veda Wim Yara Zoltan Maëlle Søren Łucja Jürgen
    Inês
    """
)

_FAMILY = _words(
    """
    Abendroth Bellweather Castellane Dragomir Eklund Fairwater Grünthal Hollenbeck
    Ivarsson Jankowiak Kestrel Lindqvarn Morvane Nightingall Ostrander Pellerin
    Quillfeather Rosenkvist Silberbach Tavernier Umberfield Vintermark Wexmoor Ystad
    Zimmerlin
    """
)

_ENSEMBLES = ("Quartet", "Trio", "Ensemble", "Big Band", "Collective", "Orchestra")

_SHOWS = (
    "The Lighthouse Keeper's Daughter",
    "Seven Chairs for Dinner",
    "A Winter Without Clocks",
    "The Cartographer's Wife",
    "Letters to the Ninth Floor",
    "The Ferry Never Sails on Monday",
    "An Evening of Small Disasters",
    "The Understudy's Revenge",
    "Glass Orchard",
    "Everyone Here Is a Baron",
    "The Last Tram to Vesterholm",
    "Moths and Chandeliers",
)

_HALLS = ("Lantern", "Meridian", "Harbour", "Orchard", "Copper", "Northlight", "Juniper", "Halcyon")

_CLUBS = (
    "Cellar",
    "Depot",
    "Attic",
    "Boiler Room No. 9",
    "Greenhouse",
    "Ticking Clock",
    "Tramshed",
)


def artist(random: Random) -> str:
    """A band, a singer or an ensemble."""
    kind = random.randrange(4)
    if kind == 0:
        return f"The {random.choice(_MOODS)} {random.choice(_THINGS)}"
    if kind == 1:
        return f"{random.choice(_MOODS)} {random.choice(_THINGS)}"
    name = f"{random.choice(_GIVEN)} {random.choice(_FAMILY)}"
    return name if kind == 2 else f"{name} {random.choice(_ENSEMBLES)}"


def show(random: Random) -> str:
    """A play or a musical."""
    return random.choice(_SHOWS)


def theatre(random: Random, city: str) -> str:
    """A theatre."""
    return f"{random.choice(_HALLS)} Theatre {city}"


def club(number: int, city: str) -> str:
    """A club; cities have a few, all called differently."""
    return f"The {_CLUBS[number % len(_CLUBS)]} {city}"
