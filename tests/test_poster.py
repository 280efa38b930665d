"""Posters and letters: what stands on them is what a phone reads and what a person reads, in every language, or nothing is printed."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from houses import OpenHouse, Operator

from app.office import poster
from app.office.poster import FONTS, WORDS, Sheet, letters_pdf, poster_pdf, printed_languages
from app.office.surveys import Refused

KEY = "dordt-west-2026"
ADDRESS = "https://wijkstem.example/"
CODE = "ABCD2345EFGH"
ARABIC = dict(zip(WORDS, ("ما رأيك في حيّك؟", "أخبرنا.", "يستغرق ذلك نحو %(n)s دقائق.", "لا حاجة إلى ذكر اسمك.", "في %(day)s تعرف ماذا نفعل.", "اتصل على %(telephone)s.", "امسح الرمز، أو اذهب إلى:", "رمزك:", "يعمل الرمز مرة واحدة.", "رمز يقود إلى %(address)s"), strict=True))  # fmt: skip


@pytest.fixture
def sheet(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    """The sheet of the resident survey; the Arabic words stand here, so that this test does not wait for a translator."""
    known = poster._said  # noqa: SLF001  # what this test gives words to
    monkeypatch.setattr(
        poster, "_said", lambda settings, lang, words: ARABIC.get(words, "") if lang == "ar" else known(settings, lang, words)
    )
    with house.engine.connect() as connection:
        return Sheet.of(connection, house.settings, house.app.state.house.programme, KEY, ADDRESS)


def read(pdf: bytes) -> Iterator[tuple[str, str]]:
    """Each page as a person and a phone read it: its words, and where its QR code leads."""
    document = pypdfium2.PdfDocument(pdf)
    for number in range(len(document)):
        page = document[number]
        words, picture = page.get_textpage(), page.render(scale=2)
        (code,) = zxingcpp.read_barcodes(picture.to_numpy())
        yield " ".join(words.get_text_bounded().split()), code.text
        for part in (words, picture, page):
            part.close()
    document.close()


def test_a_poster_says_the_same_to_a_person_and_to_a_phone(sheet: Sheet) -> None:
    ((words, leads),) = read(poster_pdf(sheet, ["nl"]))
    assert leads == f"{ADDRESS}v/{KEY}?taal=nl"
    for said in ("Wat vindt u van uw wijk?", f"wijkstem.example/v/{KEY}", "ongeveer 10 minuten", "15 maart 2027", "14\u00a0078"):
        assert " ".join(said.split()) in words
    assert CODE not in words


def test_each_language_has_its_page_and_leads_to_its_own_words(sheet: Sheet) -> None:
    (dutch, first), (arabic, second) = read(poster_pdf(sheet, ["nl", "ar"]))
    assert (first, second) == (f"{ADDRESS}v/{KEY}?taal=nl", f"{ADDRESS}v/{KEY}?taal=ar")
    assert f"wijkstem.example/v/{KEY}" in dutch
    assert f"wijkstem.example/v/{KEY}" in arabic, "an address reads from left to right, also there"


def test_a_letter_holds_one_code_for_eye_and_phone(sheet: Sheet) -> None:
    pages = list(read(letters_pdf(sheet, ["nl"], [CODE, "WXYZ6789ABCD"])))
    assert [leads for _, leads in pages] == [f"{ADDRESS}u/{CODE}?taal=nl", f"{ADDRESS}u/WXYZ6789ABCD?taal=nl"]
    assert "ABCD 2345 EFGH" in pages[0][0]
    assert "WXYZ 6789 ABCD" in pages[1][0]
    assert "WXYZ" not in pages[0][0]


def test_a_poster_can_take_a_code_and_refuses_what_is_none(sheet: Sheet) -> None:
    ((words, leads),) = read(poster_pdf(sheet, ["nl"], code="abcd 2345 efgh"))
    assert leads == f"{ADDRESS}u/{CODE}?taal=nl"
    assert "ABCD 2345 EFGH" in words
    with pytest.raises(Refused, match="12 letters and digits"):
        poster_pdf(sheet, ["nl"], code="ABCD")


def test_the_file_is_made_for_reading_aloud(sheet: Sheet) -> None:
    pdf = poster_pdf(sheet, ["nl"])
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert pdf == poster_pdf(sheet, ["nl"]), "the same poster is the same file"


def test_a_letter_that_no_font_has_stops_it(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "_said", lambda _settings, _lang, words: "你好" if words == poster.BODY else words)
    with pytest.raises(Refused, match=r"cannot be printed: .*(glyph|font|display)"):
        poster_pdf(sheet, ["nl"])


def test_a_font_that_is_missing_stops_it(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "FONTS", (*FONTS[:2], Path("NotoSansArabic-Lost.ttf")))
    with pytest.raises(Refused, match=r"NotoSansArabic-Lost\.ttf are not there: build Wijkstem again"):
        poster_pdf(sheet, ["nl"])


def test_an_unknown_font_in_the_template_stops_it(sheet: Sheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    template = tmp_path / "poster.typ"
    template.write_text(poster.TEMPLATE.read_text(encoding="utf-8").replace('"Noto Sans"', '"Comic Sans"'), encoding="utf-8")
    monkeypatch.setattr(poster, "TEMPLATE", template)
    with pytest.raises(Refused, match="cannot be printed: "):
        poster_pdf(sheet, ["nl"])


def test_a_text_that_does_not_fit_its_page_stops_it(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "_said", lambda _settings, _lang, words: "Vertel het ons. " * 90 if words == poster.BODY else words)
    with pytest.raises(Refused, match=r"cannot be printed: .*a text does not fit its page"):
        poster_pdf(sheet, ["nl"])


def test_a_language_without_its_words_is_not_printed(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "_said", lambda _settings, lang, words: "" if (lang, words) == ("ar", poster.CODE) else words)
    assert "ar" not in printed_languages(sheet.settings, sheet.survey)
    with pytest.raises(Refused, match="no translation in ar"):
        poster_pdf(sheet, ["nl", "ar"])


# ---------------------------------------------------------------- commands


def test_codes_for_letters_stand_in_one_file(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    out, letters = tmp_path / "codes.csv", tmp_path / "letters.pdf"
    said = operator("codes", "make", KEY, "--number", 3, "--batch", "brief 1", "--out", out, "--letters", letters)
    assert f"{out} and {letters} are the only places where these codes stand" in said.err
    head, *lines = out.read_text(encoding="utf-8").splitlines()
    assert head == "code,address"
    assert out.stat().st_mode & 0o777 == letters.stat().st_mode & 0o777 == 0o600
    codes = [line.split(",")[0] for line in lines]
    assert [line.split(",")[1] for line in lines] == [f"http://localhost:8000/u/{code.replace(' ', '')}" for code in codes]
    assert [leads.partition("?")[0] for _, leads in read(letters.read_bytes())] == [line.split(",")[1] for line in lines]
    house.resident().opens(f"/u/{codes[1].replace(' ', '')}").fills(zestien="ja").presses("verder")
    assert operator("codes", "count", KEY).out == "brief 1: 3 made, 1 used\n"
    assert operator("codes", "stop", KEY, "--batch", "brief 1").out == "2 codes of batch brief 1 stopped\n"
    house.resident().opens(f"/u/{codes[0].replace(' ', '')}", status=404)
    assert [row["action"] for row in house.rows("audit")] == ["codes made", "codes stopped"]
    assert not [code for code in codes if code.replace(" ", "") in str(house.everything())]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("codes", "make", "geen", "--number", 1, "--batch", "b", "--out", "c.csv"), "there is no survey “geen”"),
        (("codes", "make", KEY, "--number", 100_001, "--batch", "b", "--out", "c.csv"), "a batch has 1 to 100000 codes"),
        (("codes", "make", KEY, "--number", 1, "--batch", "", "--out", "c.csv"), "a batch has a name of 1 to 64 characters"),
        (("codes", "stop", KEY, "--batch", "b"), f"survey {KEY} has no batch “b”"),
        (("poster", KEY, "--lang", "xx", "--out", "p.pdf"), "“xx” is not a language that can be printed (nl, en, tr, pl, ar)"),
        (("poster", "geen", "--out", "p.pdf"), "there is no survey “geen”"),
        (("poster", "professionals-2026", "--out", "p.pdf"), "what is printed speaks to residents; survey professionals-2026 is for professionals"),
        (("helper-link", "add", KEY, "--organisation", "X", "--until", "2026-11-01"), "the last day of the link has passed"),
        (("helper-link", "add", KEY, "--organisation", "X", "--until", "morgen"), "--until: “morgen” is not a day such as 2026-12-31"),
        (("helper-link", "close", "hx"), "there is no open link “hx”: `wijkstem helper-link list` shows which there are"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(house: OpenHouse, operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...], line: str) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert operator(*words, code=2).line == f"wijkstem: {line}"
    assert list(tmp_path.glob("*.csv")) + list(tmp_path.glob("*.pdf")) == []


def test_codes_are_never_written_over(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("older codes", encoding="utf-8")
    operator("codes", "make", KEY, "--number", 1, "--batch", "b", "--out", tmp_path / "c.csv", code=2)
    assert (tmp_path / "c.csv").read_text(encoding="utf-8") == "older codes"
    assert house.rows("personal_code") == []


def test_a_link_is_told_once_and_can_be_closed(house: OpenHouse, operator: Operator) -> None:
    made = operator("helper-link", "add", KEY, "--organisation", "De Buurvrouw", "--until", "2026-12-31")
    token = made.out.strip().rpartition("/h/")[2]
    assert token not in str(house.everything())
    listed = operator("helper-link", "list").out.split()
    assert listed[1:] == [KEY, "De", "Buurvrouw", "until", "2026-12-31"]
    house.resident().opens(f"/h/{token}")
    assert operator("helper-link", "close", listed[0]).out == f"{listed[0]} closed\n"
    house.resident().opens(f"/h/{token}", status=404)


def test_in_production_what_is_printed_needs_an_address(house: OpenHouse, operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # fmt: skip
    monkeypatch.setenv("WIJKSTEM_ENV", "production")
    monkeypatch.delenv("WIJKSTEM_NOW")
    assert "set WIJKSTEM_ADDRESS" in operator("poster", KEY, "--out", tmp_path / "p.pdf", code=2).line
    monkeypatch.setenv("WIJKSTEM_ADDRESS", "https://wijkstem.example")
    operator("poster", KEY, "--out", tmp_path / "p.pdf")
    assert next(read((tmp_path / "p.pdf").read_bytes()))[1] == f"{ADDRESS}v/{KEY}?taal=nl"
