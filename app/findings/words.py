"""Room findings: how this room's pages say things: sources, what was asked, how steady a theme is, what somebody decided."""

from collections.abc import Mapping
from typing import Any

from app.acts import REST, Act
from app.areas import OUTSIDE, UNKNOWN, Programme
from app.findings.themes import ThemeNow
from app.i18n import N_

SOURCE_WORDS = {
    "survey": N_("vragenlijst"), "professional": N_("vragenlijst voor professionals"), "wijkgesprek": N_("wijkgesprek"),
    "kennissessie": N_("kennissessie"),
}  # fmt: skip
STREAM_WORDS = {"sample": N_("steekproef"), "open_link": N_("open link"), "desk": N_("balie")}
STEPS = {
    "names": N_("Namen en plaatsen verbergen"), "reading": N_("De antwoorden lezen"),
    "weighing words": N_("Antwoorden bij een pijler leggen"), "scoring": N_("Antwoorden bij een pijler leggen"), "themes": N_("Thema's zoeken"), "quotes": N_("Voorbeelden kiezen"),
    "stability": N_("Kijken welke thema's blijven als we het over doen"),
}  # fmt: skip
WORKING = N_("Aan het werk")
STATE_WORDS = {"waiting": N_("Wacht"), "running": N_("Bezig"), "done": N_("Klaar"), "failed": N_("Mislukt")}
STATE_LOOKS = {"waiting": ("war", "bezig"), "running": ("war", "bezig"), "done": ("pos", "klaar"), "failed": ("neg", "let-op")}
ACT_WORDS = {
    "rename": N_("noemde “%(theme)s” voortaan “%(to)s”"), "merge": N_("voegde “%(theme)s” samen met “%(to)s”"),
    "move": N_("verplaatste een antwoord van “%(theme)s” naar “%(to)s”"), "settle": N_("stelde “%(theme)s” vast"),
    "unsettle": N_("nam terug dat “%(theme)s” is vastgesteld"), "accept": N_("liet een antwoord staan bij “%(theme)s”"),
    "also": N_("zette een antwoord van “%(theme)s” ook bij “%(to)s”"), "not also": N_("haalde een antwoord van “%(theme)s” weg bij “%(to)s”"),
    "new": N_("maakte het thema “%(theme)s”"), "split": N_("haalde antwoorden uit “%(theme)s” voor het nieuwe thema “%(to)s”"),
    "retire": N_("haalde “%(theme)s” uit gebruik"), "quotable": N_("gaf een antwoord van “%(theme)s” weer vrij om te citeren"),
    "not quotable": N_("zei dat een antwoord van “%(theme)s” niet geciteerd mag worden"),
    "direction": N_("zei wat een antwoord van “%(theme)s” is: %(to)s"), "no direction": N_("nam terug wat een antwoord van “%(theme)s” voor iets is"),
}  # fmt: skip
KIND_WORDS = {  # of acts, as a filter names them
    "accept": N_("klopt"), "move": N_("verplaatst"), "also": N_("ook bij een ander thema"), "direction": N_("soort"), "quotable": N_("citeren"),
    "new": N_("nieuw thema"), "rename": N_("andere naam"), "merge": N_("samengevoegd"), "split": N_("gesplitst"), "retire": N_("uit gebruik"),
    "settle": N_("vastgesteld"),
}  # fmt: skip
DIRECTION_WORDS = {
    "probleem": N_("Probleem"), "wens": N_("Wens"), "idee": N_("Idee"), "compliment": N_("Compliment"), "vraag": N_("Vraag"),
}  # fmt: skip
OFF = {
    "settle": ("settled", "unsettle"),
    "also": ("on", "not also"),
    "quotable": ("quotable", "not quotable"),
    "direction": ("direction", "no direction"),
}


def an_id(given: str) -> str:
    """What somebody typed as an id, if it can be one; it goes to the database."""
    return given if given.isascii() and given.isalnum() and len(given) <= 16 else ""


def fit_words(fit: float) -> str:
    return next((words for least, words in ((0.75, N_("past goed")), (0.5, N_("past redelijk"))) if fit >= least), N_("twijfel"))


def stability_words(theme: ThemeNow) -> str:
    """After Hennig (2007): below 0.6 a group is no pattern, from 0.75 it comes back, from 0.85 nearly always."""
    stability = theme.stability
    if theme.merged_from:
        return N_("nog niet bekend: draai een nieuwe ronde")
    if stability is None:
        return N_("niet gemeten")
    steps = ((0.85, N_("blijft vrijwel altijd")), (0.75, N_("blijft meestal")), (0.6, N_("wisselt soms")))
    return next((words for least, words in steps if stability >= least), N_("wisselt vaak"))


def area_names(programme: Programme) -> dict[str, str]:
    return programme.wijk_names | {OUTSIDE: programme.outside_name, UNKNOWN: N_("wijk onbekend")}


def pillar_names(programme: Programme) -> dict[str, str]:
    return {pillar.key: pillar.resident for pillar in programme.pillars} | {"overig": N_("Overig")}


def what_words(what: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """What a run is about, as a sentence and the values in it."""
    survey, source, wave = str(what.get("survey", "")), str(what.get("source", "")), str(what.get("wave", ""))
    if survey:
        said = N_("vragenlijst %(survey)s in %(wave)s") if wave else N_("vragenlijst %(survey)s")
    elif source == "wijkgesprek":
        said = N_("alleen wijkgesprekken in %(wave)s") if wave else N_("alleen wijkgesprekken")
    elif source == "professional":
        said = N_("alleen professionals in %(wave)s") if wave else N_("alleen professionals")
    else:
        said = N_("alles wat bewoners zeiden in %(wave)s") if wave else N_("alles wat bewoners zeiden")
    return said, {"survey": survey, "wave": wave}


def act_words(act: Act) -> tuple[str, dict[str, str]]:
    """What somebody decided, as a sentence without the name of who did, and the values in it."""
    said, taken_back = OFF.get(act.kind, ("", ""))
    kind = taken_back if said and not act.payload.get(said, True) else act.kind
    to = N_("Rest") if act.target and act.target[1] == REST else str(act.payload.get("label", ""))
    return ACT_WORDS[kind], {
        "theme": str(act.payload.get("was", act.theme)),
        "to": to or DIRECTION_WORDS.get(str(act.payload.get("direction", "")), ""),
    }
