"""Availability: what is free, as buyers see it; numbered states, and the changes that lead from one to the next.

A picture, never a promise: it is at most two seconds old, and only events that somebody looks at cost anything.
"""
