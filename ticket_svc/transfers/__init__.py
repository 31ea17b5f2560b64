"""Passing tickets on to other accounts."""
