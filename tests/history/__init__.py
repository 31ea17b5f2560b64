"""A recorded history of holds, and whether it could have come from one box office that sells each seat once.

    callers (record) → records → claims → the rules: ownership, kept, replies, limits, sales, refusals

The checker is pure. Callers record what they asked and when, and what they were told and when; at the end the rows of
holds and seats are read. Every reply carries a fence for each seat, so that the order in which a seat changed hands is
known, and only this has to be asked: could each change have happened, in that order, between its call and its answer?
"""
