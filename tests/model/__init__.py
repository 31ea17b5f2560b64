"""The hold domain beside a reference that is simple enough to be believed, on a fake store and on the real one."""
