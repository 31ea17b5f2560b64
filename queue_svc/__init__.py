"""The line: rooms, places and admissions.

Owns who may be inside an event's sale and in which order. Never knows seats; holds no state for a person who waits: a
place is a signed token in the buyer's hand, and what moves is the room's serving marks.
"""
