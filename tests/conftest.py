"""What every test may ask for."""

import signal

pytest_plugins = ("tests.fixtures_servers",)


def pytest_configure() -> None:
    """A run under `nohup` must not teach the stacks that it starts to outlive it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
