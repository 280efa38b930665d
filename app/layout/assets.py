"""Shared floor: what a browser fetches beside the page: style sheets and scripts under names that change with their content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
CSS = "text/css; charset=utf-8"
JS = "text/javascript; charset=utf-8"
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


def _script(name: str) -> Asset | None:
    """A script of a staff page. htmx comes from npm when the package is built; where it is not, its pages work as plain forms."""
    file = STATIC / name
    text = file.read_text() if file.is_file() else ""
    return _asset(Path(name).stem.removesuffix(".min"), "js", JS, text if name.endswith(".min.js") else _plain(text)) if text else None


def _plain(script: str) -> str:
    """Lines of comment and the white space before a line out: what we write has no text of several lines."""
    return re.sub(r"^[ \t]*(//.*|/\*[^*]*\*/)?\n?", "", script, flags=re.MULTILINE)


RESIDENTS = ("tokens.css", "everyone.css", "residents.css")
STYLE = _asset("wijkstem", "css", CSS, _sheet(*RESIDENTS, "print.css"))  # a survey's page weighs as little as it can
MEETINGS = _asset("wijkgesprek", "css", CSS, _sheet(*RESIDENTS, "meetings.css", "print.css"))
STAFF_STYLE = _asset("kantoor", "css", CSS, _sheet(*RESIDENTS, "meetings.css", "staff.css", "print.css"))
SCRIPTS = {
    name: asset
    for name in ("vendor/htmx.min.js", "table.js", "aloud.js", "answer.js", "offline.js", "workbench.js", "coding.js")
    if (asset := _script(name))
}
WORKER = _asset("sw", "js", JS, _plain((STATIC / "sw.js").read_text()))  # served at an address of its own
ASSETS = {asset.name: asset for asset in (STYLE, MEETINGS, STAFF_STYLE, *SCRIPTS.values())}


def script_url(name: str) -> str:
    """Where a script is fetched; "" when this build has none."""
    return SCRIPTS[name].url if name in SCRIPTS else ""


@cache
def icon_drawings() -> dict[str, Markup]:
    """Each sign of icons.svg by its name, as it stands in a page: our own drawings, so they are safe as they are."""
    drawing = (STATIC / "icons.svg").read_text()
    symbols = re.findall(r'<symbol id="([a-z0-9-]+)".*?</symbol>', drawing, flags=re.DOTALL)
    bodies = re.findall(r'<symbol id="[a-z0-9-]+".*?</symbol>', drawing, flags=re.DOTALL)
    return {name: Markup(body) for name, body in zip(symbols, bodies, strict=True)}  # noqa: S704  # read from our own file
