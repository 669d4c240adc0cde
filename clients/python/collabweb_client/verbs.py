"""One description of a call serves both clients: `Client` gives its result, `AsyncClient` an awaitable of it."""

import functools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Generic, ParamSpec, Self, overload

from collabweb_client.wire import Feed, Flow, T

P = ParamSpec("P")


class Now(ABC):
    """Carries flows out and waits for them."""

    @abstractmethod
    def carry_out(self, flow: Flow[T]) -> T: ...

    @abstractmethod
    def each(self, feed: Feed[T]) -> Iterator[T]: ...


class Later(ABC):
    """Carries flows out in an event loop."""

    @abstractmethod
    async def carry_out(self, flow: Flow[T]) -> T: ...

    @abstractmethod
    def each(self, feed: Feed[T]) -> AsyncIterator[T]: ...


class Verb(Generic[P, T]):
    """A call with one result."""

    def __init__(self, make: Callable[P, Flow[T]]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Now, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: Later, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Now | Later | None, owner: type) -> object:
        if client is None:
            return self
        make, carry_out = self._make, client.carry_out

        @functools.wraps(make)
        def call(*args: P.args, **kwargs: P.kwargs) -> object:
            return carry_out(make(*args, **kwargs))

        return call


class Listing(Generic[P, T]):
    """A call with as many results as there are; pages are asked for as the caller goes on."""

    def __init__(self, make: Callable[P, Feed[T]]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Now, owner: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, client: Later, owner: type) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: Now | Later | None, owner: type) -> object:
        if client is None:
            return self
        make, each = self._make, client.each

        @functools.wraps(make)
        def call(*args: P.args, **kwargs: P.kwargs) -> object:
            return each(make(*args, **kwargs))

        return call
