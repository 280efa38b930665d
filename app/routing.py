"""Shared floor: a lighter way in for the pages that residents ask for most: no general machinery, no thread where nothing has to wait."""

from collections.abc import Callable, Coroutine
from inspect import iscoroutinefunction, signature
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from app.access import SAFE, Policy
from app.db import is_near
from app.forms import read_form


class LightRoute(APIRoute):
    """For routes that are for everyone and take words only: of the path, of the query (with a default), and of a posted form.

    With a database in our own process such a route looks things up without a thread: that takes less time than a thread would. With a
    database elsewhere it has a thread, as other routes do. Looking never writes, so it never waits; an `async` route waits for the writer
    queue and for nothing else; one that writes in another way has a thread. What takes anything more goes the general way.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        asked = self.dependant
        self.policies = [part.call for part in asked.dependencies if type(part.call) is Policy]
        self.typed = [str(part.name) for part in asked.dependencies if part.call is read_form]
        self.queries = [(part.name, part.default) for part in asked.query_params]
        self.request_name = str(asked.request_param_name)
        self.is_async = iscoroutinefunction(endpoint)
        words = {part.name: part.field_info.annotation for part in (*asked.path_params, *asked.query_params)}
        known = {self.request_name, *self.typed, *words} >= {*signature(endpoint).parameters}
        if known and {*words.values()} <= {str} and len(self.policies) + len(self.typed) == len(asked.dependencies):
            self.app = self.answer

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if self.path_regex.match(scope["path"]) else (Match.NONE, {})

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        for policy in self.policies:
            await policy(request)
        values = {self.request_name: request, **scope["path_params"]}
        for name, default in self.queries:
            values[name] = request.query_params.get(name, default)
        for name in self.typed:
            values[name] = await read_form(request)
        near = is_near(request.app.state.engine)
        if near and self.is_async:
            response = await self.endpoint(**values)
        elif near and request.method in SAFE:
            response = self.endpoint(**values)
        else:
            response = await run_in_threadpool(_to_its_end, self.endpoint, values)
        await response(scope, receive, send)


def _to_its_end(endpoint: Callable[..., Any], values: dict[str, Any]) -> Response:
    """In a thread of its own, where what it waits for holds up nobody."""
    answer: Response | Coroutine[Any, Any, Response] = endpoint(**values)
    if isinstance(answer, Response):
        return answer
    try:
        answer.send(None)
    except StopIteration as end:
        told: Response = end.value
        return told
    raise RuntimeError(f"{endpoint.__name__} waits for something else than the writer queue")
