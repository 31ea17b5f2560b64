"""Gates: what happens to a code that is shown, and the record of it."""
