"""Processes that die at a chosen moment: before or after any statement, or any call to Stripe or a neighbour."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any


class Killed(BaseException):
    """The process was killed; nothing of it runs any more, no `except` and no `finally`."""


class Moment:
    """Counts the doings of a process and kills it at one of them."""

    def __init__(self, number: int, when: str) -> None:
        self._left = number
        self._when = when
        self.is_over = False
        self.place = ""

    def mortal(self, subject: Any) -> Any:
        """Wraps an object so that each of its coroutines is a doing."""
        return _Mortal(subject, self)

    async def do(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Does one thing, or dies before or after it."""
        if self.is_over:
            raise Killed
        dies = self._left == 0
        self._left -= 1
        if dies:
            self.place = f"{self._when} {name}"
            self.is_over = True
            if self._when == "after":
                await call()
            raise Killed
        return await call()


class _Mortal:
    def __init__(self, subject: Any, moment: Moment) -> None:
        self._subject = subject
        self._moment = moment

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._subject, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def doing(*args: Any, **kwargs: Any) -> Any:
            label = f"{type(self._subject).__name__}.{name}"
            return await self._moment.do(label, lambda: found(*args, **kwargs))

        return doing
