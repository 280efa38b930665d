"""Shared floor: slows down who guesses codes that residents type; an address is kept in memory only, as a hash of this day."""

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.codes import code_hash

tries = FixedWindowRateLimiter(MemoryStorage())
WRONG_CODES = RateLimitItemPerMinute(50, 10)  # wrong codes from one address in ten minutes


def may_try(request: Request) -> bool:
    return tries.test(WRONG_CODES, _who(request))


def count_wrong(request: Request) -> None:
    tries.hit(WRONG_CODES, _who(request))


def _who(request: Request) -> str:
    settings = request.app.state.house.settings
    return code_hash(settings.key, f"{request.client.host if request.client else ''}/{settings.today()}")
