"""Shared floor: what a browser fetches beside the page: one style sheet under a name that changes with its content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    name: str
    kind: str
    body: bytes
    packed: bytes

    @property
    def url(self) -> str:
        return f"/static/{self.name}"


def _asset(stem: str, ending: str, kind: str, text: str) -> Asset:
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()[:10]
    return Asset(f"{stem}.{digest}.{ending}", kind, body, gzip.compress(body, 9, mtime=0))


def _lean(css: str) -> str:
    """Comments and needless white space out; nothing clever."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,])\s*", r"\1", css).replace(";}", "}").strip()


def _sheet(*names: str) -> str:
    return _lean("\n".join((STATIC / name).read_text() for name in names))


STYLE = _asset("wijkstem", "css", "text/css; charset=utf-8", _sheet("tokens.css", "everyone.css", "residents.css", "print.css"))
ASSETS = {asset.name: asset for asset in (STYLE,)}


@cache
def icon_drawings() -> dict[str, Markup]:
    """Each sign of icons.svg by its name, as it stands in a page: our own drawings, so they are safe as they are."""
    drawing = (STATIC / "icons.svg").read_text()
    symbols = re.findall(r'<symbol id="([a-z-]+)".*?</symbol>', drawing, flags=re.DOTALL)
    bodies = re.findall(r'<symbol id="[a-z-]+".*?</symbol>', drawing, flags=re.DOTALL)
    return {name: Markup(body) for name, body in zip(symbols, bodies, strict=True)}  # noqa: S704  # read from our own file
