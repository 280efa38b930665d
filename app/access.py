"""Shared floor: who may enter. A policy stands at every route; a route without one stops the start-up."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute

ROLES = ("office", "analyst", "transcriber", "interviewer", "translator", "partner", "auditor", "admin")
DEVICES = ("kiosk", "table")
OPEN = ("stranger", "resident")
EVERYONE = (*OPEN, *DEVICES, *ROLES)


@dataclass(frozen=True)
class Policy:
    """Lets in who has one of these roles. Nobody can sign in yet, so whoever comes is a stranger or a resident answering."""

    roles: tuple[str, ...]

    async def __call__(self, request: Request) -> None:  # async: what does not wait needs no thread
        if "stranger" not in self.roles:
            raise HTTPException(403)
        request.state.role = "stranger"

    @property
    def name(self) -> str:
        return "everyone" if self.roles == EVERYONE else " ".join(self.roles)


def may(*roles: str) -> Dependency:
    """`APIRouter(dependencies=[may("analyst")])`: only these roles; "everyone" for pages that are for all."""
    wanted = EVERYONE if roles == ("everyone",) else roles
    if not wanted or set(wanted) - set(EVERYONE):
        raise ValueError(f"not a role: {', '.join(sorted(set(wanted) - set(EVERYONE))) or 'none given'}")
    return cast("Dependency", Depends(Policy(tuple(wanted))))


def policies(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Every route as method, path and the name of its policy; "" when it has none."""
    for route in app.routes:
        policy = ""
        if isinstance(route, APIRoute):
            calls = [dependency.call for dependency in route.dependant.dependencies]
            policy = " & ".join(call.name for call in calls if isinstance(call, Policy))
        for method in sorted(getattr(route, "methods", None) or {"ANY"}):
            yield method, getattr(route, "path", str(route)), policy


def refuse_without_policy(app: FastAPI) -> None:
    """Stop the start-up when a route does not say who may enter."""
    without = sorted({path for _, path, policy in policies(app) if not policy})
    if without:
        raise RuntimeError(f"no policy declared for: {', '.join(without)}")
