"""The inventory: venues, plans, events, seats and places, and who holds them.

It is the only owner of what there is to sell. It takes no money, issues no tickets and runs no line: orders pin and
confirm holds through AllocationService, and a room only tells it that an event wants admissions.
"""
