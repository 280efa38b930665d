"""Room office: posters and letters with a QR code, as PDF that is read aloud well; a letter or font that is missing stops it."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import segno
from sqlalchemy import Connection, select

from app.areas import Programme
from app.codes import in_groups, read_code
from app.i18n import LANGUAGES, N_, SOURCE, STAFF, date_text, texts, translation_of
from app.layout.assets import STATIC
from app.models.tables import SURVEY, VERSION
from app.office.surveys import Refused
from app.settings import Settings
from app.survey import Survey, load_survey

TEMPLATE = Path(__file__).with_name("poster.typ")
FONTS = tuple(
    STATIC / "vendor" / f"{name}.ttf" for name in ("NotoSans-Regular", "NotoSans-Bold", "NotoSansArabic-Regular", "NotoSansArabic-Bold")
)
HEADING = N_("Wat vindt u van uw wijk?")
BODY = N_("Vertel het ons. Wat gaat goed? Wat moet beter?")
MINUTES = N_("Het duurt ongeveer %(n)s minuten.")
NO_NAME = N_("U hoeft uw naam niet te geven.")
FEEDBACK = N_("Op %(day)s hoort u in de wijk wat wij met de antwoorden doen.")
TELEPHONE = N_("Hulp nodig? Of liever op papier? Bel %(telephone)s.")
SCAN = N_("Scan de code met uw telefoon, of ga naar:")
CODE = N_("Uw code:")
ONE_CODE = N_("De code werkt één keer. Wij weten niet welke code naar wie ging.")
QR = N_("QR-code. Hij leidt naar %(address)s")
WORDS = (HEADING, BODY, MINUTES, NO_NAME, FEEDBACK, TELEPHONE, SCAN, CODE, ONE_CODE, QR)


@dataclass(frozen=True)
class Sheet:
    """What is the same on every page: the survey, the area it is for, and where this site is, ending in "/"."""

    settings: Settings
    programme: Programme
    survey: Survey
    address: str

    @classmethod
    def of(cls, connection: Connection, settings: Settings, programme: Programme, key: str, address: str) -> "Sheet":
        row = connection.execute(
            select(VERSION.c.source).join(SURVEY, SURVEY.c.fingerprint == VERSION.c.fingerprint).where(SURVEY.c.key == key)
        ).first()
        if row is None:
            raise LookupError(f"there is no survey “{key}”")
        survey = load_survey(row[0], key)
        if survey.audience != "resident":
            raise Refused(f"what is printed speaks to residents; survey {key} is for professionals")
        return cls(settings, programme, survey, address)

    def page(self, lang: str, code: str = "", *, kind: str = "poster") -> dict[str, Any]:
        """One page in one language. The QR leads there at once; what is printed beside it is short enough to type."""
        say, survey = _speaker(self.settings, lang), self.survey
        leads = f"{self.address}u/{code}" if code else f"{self.address}v/{survey.key}"
        shown = (f"{self.address}u" if code else leads).partition("://")[2]
        spoken = translation_of(lang, survey.domain, "survey", survey.title, self.settings.translations) or survey.title
        lines = [say(MINUTES) % {"n": survey.minutes}] if survey.minutes else []
        lines += [say(NO_NAME)] + ([say(ONE_CODE)] if kind == "letter" else [])
        lines += [say(FEEDBACK) % {"day": date_text(survey.feedback_date, lang)}] if isinstance(survey.feedback_date, date) else []
        lines.append(say(TELEPHONE) % {"telephone": f"\u2066{self.programme.contact.telephone.replace(' ', chr(0xA0))}\u2069"})
        return {
            "kind": kind, "lang": lang, "dir": LANGUAGES[lang].dir, "title": spoken, "programme": self.programme.name, "lines": lines,
            "heading": say(HEADING), "body": say(BODY), "scan": say(SCAN), "short": shown, "code": in_groups(code), "code-words": say(CODE),
            "qr": _qr(f"{leads}?taal={lang}"), "qr-words": say(QR) % {"address": shown},
        }  # fmt: skip


def poster_pdf(sheet: Sheet, languages: Sequence[str], *, code: str = "") -> bytes:
    """A page for each language, with the open address, or with one code."""
    read = read_code(code) if code else ""
    if read is None:
        raise Refused("a code has 12 letters and digits, without 0, O, 1 and I")
    return _pdf([sheet.page(lang, read) for lang in languages])


def letters_pdf(sheet: Sheet, languages: Sequence[str], codes: Sequence[str]) -> bytes:
    """For each code a page in each language, in the order of the codes."""
    return _pdf([sheet.page(lang, code, kind="letter") for code in codes for lang in languages])


def printed_languages(settings: Settings, survey: Survey) -> list[str]:
    """The languages of a survey in which every text of a poster and a letter has a translation."""
    return [lang for lang in survey.languages if lang in LANGUAGES and all(_said(settings, lang, words) for words in WORDS)]


def _said(settings: Settings, lang: str, words: str) -> str:
    said = texts(lang, STAFF, settings.translations).gettext(words)
    return "" if lang != SOURCE and said == words else said


def _speaker(settings: Settings, lang: str) -> Callable[[str], str]:
    """The texts of a page in one language; a page with a text that is missing is not printed."""
    if lang not in LANGUAGES:
        raise Refused(f"“{lang}” is not a language that can be printed ({', '.join(LANGUAGES)})")

    def say(words: str) -> str:
        if said := _said(settings, lang, words):
            return said
        raise Refused(f"“{words}” has no translation in {lang} yet, so it cannot be printed")

    return say


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, svgns=True, border=4, light="#fff")
    return drawn.getvalue().decode()


def _pdf(pages: Sequence[Mapping[str, Any]]) -> bytes:
    """Our own fonts alone, and every warning an error: an unknown font would print another, and a missing letter a box."""
    import typst  # noqa: PLC0415  # 80 MB that only what is printed needs

    if missing := [file.name for file in FONTS if not file.is_file()]:
        raise Refused(f"the fonts {', '.join(missing)} are not there: build Wijkstem again with `python3 go.py setup`")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(STATIC / "vendor")])
    told = {"sheets": json.dumps(pages, ensure_ascii=False)}
    try:
        pdf, warnings = typst.compile_with_warnings(
            TEMPLATE.read_bytes(), font_paths=fonts, sys_inputs=told, format="pdf", pdf_standards="ua-1", timestamp=0
        )
    except typst.TypstError as wrong:
        raise Refused(f"this cannot be printed: {wrong.message}") from None
    for warning in warnings:
        raise Refused(f"this cannot be printed: {warning.message}")
    return bytes(pdf)
