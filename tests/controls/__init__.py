"""Negative controls: the system with one guard taken out, on which named tests must fail.

A `.patch` begins with what it takes out and why nothing else stands in for it, then names the tests that must fail, one
`Fails:` line each, and words of what they must say: they are to fail for what is missing, not because something broke.
Guards inside a database function are taken out by a migration that the patch adds: it rewrites whatever definition the
function has, and refuses where the guard is not found.
"""
