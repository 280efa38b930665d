"""Room answering: recordings of questions and options, when a survey brings them: surveys/audio/<survey>/<language>/<question>[.<option>].mp3."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from app.access import may
from app.survey import Survey
from app.web import house_of

KINDS = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg"}
NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)?\.(mp3|m4a|ogg)")
router = APIRouter(prefix="/geluid", dependencies=[may("everyone")])


@cache
def recorded(folder: Path) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Per survey and language the name of what was recorded and the file of it; read once, so nobody who asks can lead elsewhere."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for file in sorted((folder / "audio").glob("*/*/*")):
        if NAME.fullmatch(file.name):
            found.setdefault((file.parent.parent.name, file.parent.name), {})[file.stem] = file.name
    return found


def sounds_of(request: Request, survey: Survey, lang: str) -> Mapping[str, str]:
    """The address of each recording, by question or question.option."""
    there = recorded(house_of(request).settings.surveys).get((survey.domain, lang), {})
    return {about: f"/geluid/{survey.domain}/{lang}/{name}" for about, name in there.items()}


@router.get("/{survey}/{lang}/{name}")
def sound(request: Request, survey: str, lang: str, name: str) -> FileResponse:
    folder = house_of(request).settings.surveys
    if name not in recorded(folder).get((survey, lang), {}).values():
        raise HTTPException(404)
    file = folder / "audio" / survey / lang / name
    return FileResponse(file, media_type=KINDS[file.suffix], headers={"Cache-Control": "public, max-age=86400"})
