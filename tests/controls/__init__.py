"""Negative controls: the system with one guard taken out, on which named tests must fail.

A `.patch` begins with what it takes out and why nothing else stands in for it, then the tests that must fail, one
`Fails:` line each. Guards inside a database function are taken out by a migration that the patch adds: it rewrites
whatever definition the function has, and refuses where the guard is not found.
"""
