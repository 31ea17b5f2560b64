"""Houses: what is free in each event, and the best seats in it for a party.

    houses (one an event, as its lane sees it before its locks) → opened_house → best_available → ranking, spreading

Nothing here decides: a pick is a guess until it stands under the locks, and a wrong one costs a round.
docs/best-available.md says how it is done.
"""
