"""From a Dutch text to a translation that a resident may read: extract, update, compile, offer."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from app.catalogues import compile_catalogues, status, update
from app.extracting import extract
from app.i18n import FOLDER, LANGUAGES, States, choose_language, date_text, is_machine_made, number_text, offered_languages, states, texts

ROOT = Path(__file__).parent.parent
PAGE = (
    '{% trans %}Verder{% endtrans %} {% trans n=n %}{{ n }} antwoord{% pluralize %}{{ n }} antwoorden{% endtrans %} <b>{{ _("Terug") }}</b>'
)
SURVEY = """
key = "proef-2026"
title = "Proef"
languages = ["nl", "ar", "en"]
outro = "Op {feedback_date} hoort u meer."
[[page]]
id = "wonen"
title = "Wonen"
[[page.question]]
id = "wonen_open"
kind = "open"
ask = "Wat moet als eerste beter?"
help = "Schrijf geen namen op."
[[page.question]]
id = "stellingen"
kind = "matrix"
ask = "Wat vindt u?"
row = [{ id = "groen", text = "Er is genoeg groen." }]
[[page.question]]
id = "klaar"
kind = "single"
ask = "Klaar?"
option = [{ id = "ja", text = "Ja" }]
"""


class Office:
    """A town hall with one page, one survey, and people who translate."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "translations"
        self.write("app/page.html", PAGE)
        self.write("surveys/proef-2026.toml", SURVEY)
        self.update()

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def update(self) -> list[Path]:
        return update(self.root, self.folder)

    def po(self, lang: str = "en", domain: str = "proef-2026") -> Path:
        return self.folder / lang / "LC_MESSAGES" / f"{domain}.po"

    def entry(self, dutch: str, lang: str = "en", domain: str = "proef-2026") -> str:
        """Give the lines of one text as a translator sees them."""
        return next(part for part in self.po(lang, domain).read_text(encoding="utf-8").strip().split("\n\n") if f'msgid "{dutch}"' in part)

    def translate(self, dutch: str, text: str, *, flag: str = "", lang: str = "en", domain: str = "proef-2026") -> None:
        file, entry = self.po(lang, domain), self.entry(dutch, lang, domain)
        done = re.sub(r'msgstr ".*"', f'msgstr "{text}"', entry)
        done = re.sub(r"#, .*\n", "", done)
        done = done.replace("msgctxt", f"#, {flag}\nmsgctxt", 1) if flag else done
        file.write_text(file.read_text(encoding="utf-8").replace(entry, done), encoding="utf-8")

    def translate_all(self, lang: str, flag: str = "") -> None:
        """Fill every text of the survey; the marks of the Dutch stay in it."""
        for dutch in [message.id for domain in extract(self.root) if domain.name == "proef-2026" for message in domain.texts if message.id]:
            self.translate(str(dutch), f"{lang} {dutch}", flag=flag, lang=lang)

    def compile(self) -> list[str]:
        return compile_catalogues(self.folder)

    def states(self, lang: str = "en", domain: str = "proef-2026") -> States:
        return next(found.states for found in status(self.folder) if (found.lang, found.domain) == (lang, domain))

    def offered(self, *, production: bool = False, accepted: tuple[str, ...] = ()) -> list[str]:
        return offered_languages(["nl", "ar", "en"], ["proef-2026"], production=production, accepted=accepted, folder=self.folder)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


# ------------------------------------------------------------------------------------ extract and update
def test_every_text_of_a_survey_is_found_under_the_id_where_it_stands(office: Office) -> None:
    survey = next(domain for domain in extract(office.root) if domain.name == "proef-2026")
    assert survey.languages == ("nl", "ar", "en")
    assert [(message.context, message.id) for message in survey.texts if message.id] == [
        ("survey", "Proef"),
        ("survey", "Op {feedback_date} hoort u meer."),
        ("wonen", "Wonen"),
        ("wonen_open", "Wat moet als eerste beter?"),
        ("wonen_open", "Schrijf geen namen op."),
        ("stellingen", "Wat vindt u?"),
        ("stellingen", "Er is genoeg groen."),
        ("klaar", "Klaar?"),
        ("klaar", "Ja"),
    ]


def test_texts_of_pages_and_of_code_are_found(office: Office) -> None:
    office.write("app/check.py", 'CHOOSE = N_("Kies één antwoord.")\n')
    pages = next(domain for domain in extract(office.root) if domain.name == "pages")
    found = [message.id for message in pages.texts if message.id]
    assert found == ["Kies één antwoord.", "Verder", ("%(n)s antwoord", "%(n)s antwoorden"), "Terug"]
    assert pages.languages == tuple(LANGUAGES)


def test_a_language_that_the_survey_does_not_name_gets_no_file(office: Office) -> None:
    assert {file.parent.parent.name for file in office.folder.glob("*/*/proef-2026.po")} == {"en", "ar"}
    assert {file.parent.parent.name for file in office.folder.glob("*/*/pages.po")} == {"en", "tr", "pl", "ar"}


def test_updating_twice_changes_nothing(office: Office) -> None:
    office.translate("Ja", "Yes", flag="reviewed")
    office.translate("Wonen", "Housing")
    office.write("surveys/proef-2026.toml", SURVEY.replace("Wat moet als eerste beter?", "Wat moet het eerst beter?"))
    assert office.update() != []
    before = {file: file.read_bytes() for file in office.folder.rglob("*.po")}
    assert office.update() == []
    assert {file: file.read_bytes() for file in office.folder.rglob("*.po")} == before


def test_the_shipped_catalogues_are_up_to_date_with_the_shipped_texts(tmp_path: Path) -> None:
    folder = tmp_path / "translations"
    for file in FOLDER.rglob("*.po"):
        copy = folder / file.relative_to(FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    changed = [file.relative_to(folder).as_posix() for file in update(ROOT, folder)]
    assert changed == [], "run: wijkstem translations update"


def test_a_file_for_translators_holds_no_date_and_no_line_number(office: Office) -> None:
    whole = office.po(domain="pages").read_text(encoding="utf-8")
    assert "#: app/page.html\n" in whole
    assert re.findall(r"\d{4}-\d\d|:\d+\n|Babel", whole) == []


def test_a_reviewed_text_stays_reviewed(office: Office) -> None:
    office.translate("Ja", "Yes", flag="reviewed")
    office.write("surveys/proef-2026.toml", SURVEY.replace('"Klaar?"', '"Bent u klaar?"'))
    office.update()
    assert office.entry("Ja") == '#. option ja\n#, reviewed\nmsgctxt "klaar"\nmsgid "Ja"\nmsgstr "Yes"'


def test_a_text_that_nobody_marked_counts_as_machine_made_and_says_so(office: Office) -> None:
    office.translate("Ja", "Yes")
    office.update()
    assert "#, machine\n" in office.entry("Ja")
    assert office.states() == States(missing=8, machine=1, reviewed=0)


def test_a_reviewer_who_adds_the_mark_takes_the_text_out_of_the_machine_made(office: Office) -> None:
    office.translate("Ja", "Yes", flag="machine, reviewed")
    office.update()
    assert "#, reviewed\n" in office.entry("Ja")
    assert office.states() == States(missing=8, machine=0, reviewed=1)


def test_a_changed_dutch_text_waits_for_a_person_with_the_old_text_beside_it(office: Office) -> None:
    office.translate("Wat moet als eerste beter?", "What must get better first?", flag="reviewed")
    office.write("surveys/proef-2026.toml", SURVEY.replace("Wat moet als eerste beter?", "Wat moet nu als eerste beter?"))
    office.update()
    office.update()
    assert office.entry("Wat moet nu als eerste beter?") == (
        '#. ask\n#, fuzzy\n#| msgid "Wat moet als eerste beter?"\nmsgctxt "wonen_open"\n'
        'msgid "Wat moet nu als eerste beter?"\nmsgstr "What must get better first?"'
    )
    assert office.states() == States(missing=9, machine=0, reviewed=0)
    office.compile()
    assert (
        texts("en", "proef-2026", office.folder).pgettext("wonen_open", "Wat moet nu als eerste beter?") == "Wat moet nu als eerste beter?"
    )


def test_the_old_text_of_several_paragraphs_is_kept_whole(office: Office) -> None:
    long = r"Wij lezen alles.\n\nDan hoort u \"iets\" van ons."
    office.write("surveys/proef-2026.toml", f'intro = "{long}"\n{SURVEY}')
    office.update()
    text = office.po().read_text(encoding="utf-8")
    marked = text.replace('van ons."\nmsgstr ""', 'van ons."\nmsgstr "We read all."').replace(
        "#. intro", "# Ask the office about this.\n#. intro"
    )
    office.po().write_text(marked, encoding="utf-8")
    office.write("surveys/proef-2026.toml", f'intro = "{long.replace("alles", "alles goed")}"\n{SURVEY}')
    office.update()
    office.update()
    assert (
        '# Ask the office about this.\n#. intro\n#, fuzzy\n#| msgid ""\n#| "Wij lezen alles.\\n"\n#| "\\n"\n'
        '#| "Dan hoort u \\"iets\\" van ons."\nmsgctxt "survey"\n'
    ) in office.po().read_text(encoding="utf-8")


def test_an_office_keeps_its_surveys_and_catalogues_where_it_likes(office: Office, tmp_path: Path) -> None:
    own = tmp_path / "town-hall"
    office.write("town-hall/surveys/eigen.toml", SURVEY.replace("proef-2026", "eigen-2026"))
    update(office.root, own / "translations", own / "surveys")
    assert {file.stem for file in own.rglob("*.po")} == {"pages", "eigen-2026"}


def test_two_surveys_with_one_key_are_refused(office: Office) -> None:
    office.write("surveys/stad/nog-een.toml", SURVEY)
    with pytest.raises(ValueError, match="proef-2026"):
        extract(office.root)


# ------------------------------------------------------------------------------------------- compile
def test_a_compiled_text_is_read_in_its_own_context(office: Office) -> None:
    office.translate("Ja", "نعم", lang="ar")
    assert office.compile() == []
    arabic = texts("ar", "proef-2026", office.folder)
    assert arabic.pgettext("klaar", "Ja") == "نعم"
    assert arabic.pgettext("elders", "Ja") == "Ja"
    assert texts("nl", "proef-2026", office.folder).pgettext("klaar", "Ja") == "Ja"


def test_arabic_has_a_form_for_one_two_few_and_many(office: Office) -> None:
    file = office.po("ar", "pages")
    forms = ["لا إجابات: %(n)s", "إجابة واحدة", "إجابتان", "%(n)s إجابات", "%(n)s إجابة", "%(n)s إجابة"]
    text = file.read_text(encoding="utf-8")
    for number, form in enumerate(forms):
        text = text.replace(f'msgstr[{number}] ""', f'msgstr[{number}] "{form}"')
    file.write_text(text, encoding="utf-8")
    assert office.compile() == []
    arabic = texts("ar", "pages", office.folder)
    said = [arabic.ngettext("%(n)s antwoord", "%(n)s antwoorden", n) % {"n": n} for n in (1, 2, 3, 11)]
    assert said == ["إجابة واحدة", "إجابتان", "3 إجابات", "11 إجابة"]


def test_a_plural_with_one_form_missing_is_missing(office: Office) -> None:
    file = office.po("ar", "pages")
    file.write_text(file.read_text(encoding="utf-8").replace('msgstr[0] ""', 'msgstr[0] "%(n)s"'), encoding="utf-8")
    assert office.states("ar", "pages") == States(missing=3, machine=0, reviewed=0)
    office.compile()
    assert texts("ar", "pages", office.folder).ngettext("%(n)s antwoord", "%(n)s antwoorden", 0) == "%(n)s antwoorden"


@pytest.mark.parametrize(
    ("translation", "wrong"),
    [
        ("On the day you hear more.", "{feedback_date}"),
        ("On {date} you hear more.", "{date} {feedback_date}"),
        ("On {feedback_date} you hear <b>more</b>.", "</b> <b>"),
        ("On {feedback_date you hear more.", "{ {feedback_date}"),
        ("On {feedback_date} 100% of you hear more.", "%"),
    ],
)
def test_a_translation_with_other_marks_than_the_dutch_is_refused_by_name(office: Office, translation: str, wrong: str) -> None:
    office.compile()
    before = sorted(office.folder.rglob("*.mo"))
    office.translate("Op {feedback_date} hoort u meer.", translation)
    office.translate("Ja", "Yes")
    assert office.compile() == [
        f'{office.po()}: "Op {{feedback_date}} hoort u meer.": the translation "{translation}" has other marks than the Dutch: {wrong}'
    ]
    assert sorted(office.folder.rglob("*.mo")) == before
    assert texts("en", "proef-2026", office.folder).pgettext("klaar", "Ja") == "Ja"  # nothing was written, not even what was right


def test_a_plural_may_not_lose_its_number_where_it_stands_for_many(office: Office) -> None:
    file = office.po("en", "pages")
    text = file.read_text(encoding="utf-8").replace('msgstr[0] ""', 'msgstr[0] "one answer"').replace('msgstr[1] ""', 'msgstr[1] "answers"')
    file.write_text(text, encoding="utf-8")
    assert office.compile() == [f'{file}: "%(n)s antwoord": the translation "answers" has other marks than the Dutch: %(n)s']


def test_a_file_that_cannot_be_read_is_told_with_its_line(office: Office) -> None:
    lines = office.po().read_text(encoding="utf-8").splitlines()
    lines[10] = "msgstrr"
    office.po().write_text("\n".join(lines), encoding="utf-8")
    told = office.compile()
    assert len(told) == 1
    assert told[0].startswith(f"{office.po()}: line 11: ")


def test_the_same_texts_compile_to_the_same_bytes(office: Office) -> None:
    office.translate("Ja", "Yes")
    office.compile()
    before = [file.read_bytes() for file in sorted(office.folder.rglob("*.mo"))]
    office.compile()
    assert [file.read_bytes() for file in sorted(office.folder.rglob("*.mo"))] == before


# --------------------------------------------------------------------------------------------- offer
def test_a_language_with_one_missing_text_is_not_offered(office: Office) -> None:
    office.translate_all("en")
    office.translate_all("ar")
    office.translate("Ja", "", lang="ar")
    office.compile()
    assert states("ar", "proef-2026", office.folder) == States(missing=1, machine=8, reviewed=0)
    assert office.offered() == ["nl", "en"]


def test_a_language_without_a_catalogue_is_not_offered_and_dutch_always_is(office: Office) -> None:
    assert states("en", "proef-2026", office.folder) is None
    assert office.offered() == ["nl"]
    assert offered_languages([], ["proef-2026"], production=True, folder=office.folder) == ["nl"]


def test_a_language_must_be_whole_in_every_domain(office: Office) -> None:
    office.translate_all("en")
    office.compile()
    assert office.offered() == ["nl", "en"]
    assert offered_languages(["nl", "en"], ["pages", "proef-2026"], production=False, folder=office.folder) == ["nl"]


def test_in_production_machine_made_texts_are_offered_only_when_the_office_accepts_them(office: Office) -> None:
    office.translate_all("en", flag="reviewed")
    office.translate_all("ar")
    office.compile()
    assert office.offered() == ["nl", "ar", "en"]
    assert office.offered(production=True) == ["nl", "en"]
    assert office.offered(production=True, accepted=("ar",)) == ["nl", "ar", "en"]
    assert [lang for lang in ("nl", "ar", "en") if is_machine_made(lang, ["proef-2026"], office.folder)] == ["ar"]


def test_one_text_that_nobody_reviewed_keeps_a_language_out_of_production(office: Office) -> None:
    office.translate_all("en", flag="reviewed")
    office.translate("Ja", "Yes")
    office.compile()
    assert office.offered(production=True) == ["nl"]


def test_the_state_file_says_what_the_status_says(office: Office) -> None:
    office.translate("Ja", "Yes", flag="reviewed")
    office.compile()
    written = json.loads((office.folder / "en" / "state.json").read_text(encoding="utf-8"))
    assert written["proef-2026"] == {"missing": 8, "machine": 0, "reviewed": 1}


# -------------------------------------------------------------------------------------------- choose
OFFERED = ["nl", "en", "tr", "pl", "ar"]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("tr;q=0.2, pl;q=0.8", "pl"),
        ("PL", "pl"),
        ("de, fr;q=0.9, en-GB;q=0.1", "en"),
        ("en;q=0, tr;q=0.001", "tr"),
        ("en;q=0", "nl"),
        ("*", "nl"),
        ("fy, *;q=0.5, en;q=0.4", "nl"),
        ("zh-Hant-TW", "nl"),
        ("en;q=0.5, tr;q=0.5", "en"),
        ("ar;q=nan, en;q=2, tr;q=-1, pl;q=0.3", "pl"),
        ("", "nl"),
        (",,;;q=,=", "nl"),
        ("\x00\ud800", "nl"),
        ("a" * 100_000, "nl"),
        ("../../etc/passwd", "nl"),
    ],
)
def test_the_browser_says_what_its_owner_reads(header: str, lang: str) -> None:
    assert choose_language(None, None, header, OFFERED) == lang


def test_what_a_resident_chose_goes_before_what_the_browser_says() -> None:
    assert choose_language("tr", "ar", "en", OFFERED) == "tr"
    assert choose_language(None, "ar", "en", OFFERED) == "ar"
    assert choose_language("xx", "../ar", "en", OFFERED) == "en"


def test_a_language_that_is_not_offered_cannot_be_chosen() -> None:
    assert choose_language("tr", "tr", "tr", ["nl", "en"]) == "nl"


# ------------------------------------------------------------------------------------------- figures
def test_dates_are_written_in_each_language_with_european_digits() -> None:
    day = date(2027, 3, 15)
    assert [date_text(day, lang) for lang in OFFERED] == ["15 maart 2027", "15 March 2027", "15 Mart 2027", "15 marca 2027", "15 مارس 2027"]


def test_numbers_are_written_in_each_language_with_european_digits() -> None:
    assert [number_text(1234.5, lang) for lang in OFFERED] == ["1.234,5", "1,234.5", "1.234,5", "1\xa0234,5", "1,234.5"]
    assert number_text(7, "ar") == "7"


def test_only_arabic_is_written_from_right_to_left() -> None:
    assert [lang for lang in LANGUAGES if LANGUAGES[lang].dir == "rtl"] == ["ar"]
    assert [LANGUAGES[lang].name for lang in OFFERED] == ["Nederlands", "English", "Türkçe", "Polski", "العربية"]
