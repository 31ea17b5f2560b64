"""Allotments: seats and places that an organiser keeps out of the public sale, for nobody yet or for a channel.

Who changes an allotment has its event for themselves: the event's row is locked against all lanes, so that what the
allotment has is moved without a race. Who may take its seats is decided where holds are placed (holds/placing.py).
"""
