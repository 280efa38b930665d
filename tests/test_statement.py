"""The accessibility statement: it follows the government's model, promises nothing that was not done, and grows old by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from houses import OpenHouse
from people import Page, text_of

from app.areas import Accessibility, Shortcoming, load_programme
from app.extracting import programme_texts

SURVEYS = Path(__file__).parent.parent / "surveys"
TODAY = date(2026, 11, 2)
REPORT = "https://onderzoek.example/rapport"
PICTURES = Shortcoming(
    what="De plattegrond is een plaatje.",
    why="De tekst erin kan niet worden voorgelezen.",
    instead="Dezelfde buurten staan als lijst op de pagina Buurten.",
    mended_by=date(2027, 2, 1),
)
Stating = Callable[[Accessibility], None]


@pytest.fixture
def stating(house: OpenHouse) -> Stating:
    """The office writes something else in programme.toml."""

    def states(stated: Accessibility) -> None:
        house.app.state.house.programme = replace(house.app.state.house.programme, accessibility=stated)

    return states


def statement(house: OpenHouse, lang: str = "nl") -> Page:
    return house.resident(lang).opens("/toegankelijkheid").page


@pytest.mark.parametrize(
    ("stated", "letter"),
    [
        (Accessibility(), "D"),
        (Accessibility(tested=TODAY), "D"),  # our own tests are no research
        (Accessibility(researched=date(2026, 3, 1)), "D"),  # without a report that people can read
        (Accessibility(researched=date(2026, 3, 1), report=REPORT), "A"),
        (Accessibility(researched=date(2026, 3, 1), report=REPORT, shortcomings=(PICTURES,)), "B"),
        (Accessibility(researched=date(2023, 11, 1), report=REPORT), "D"),  # older than three years
        (Accessibility(researched=date(2026, 11, 3), report=REPORT), "D"),  # not yet done
        (Accessibility(planned=date(2027, 3, 1), signed_on=date(2026, 10, 1)), "C"),
        (Accessibility(planned=date(2027, 3, 1)), "D"),  # nobody signed for the plan
        (Accessibility(planned=date(2027, 6, 1), signed_on=date(2026, 10, 1)), "D"),  # too far away
        (Accessibility(planned=date(2026, 11, 1), signed_on=date(2026, 10, 1)), "D"),  # the day has passed
    ],
)
def test_the_status_is_what_was_done_not_what_is_hoped(stated: Accessibility, letter: str) -> None:
    assert stated.status(TODAY) == letter


def test_as_shipped_it_says_that_nobody_researched_or_signed(house: OpenHouse) -> None:
    page = statement(house)
    assert [text_of(head) for head in page.one("main").iter("h2")] == [
        "Om welke site gaat het?",
        "Hoe ver zijn wij?",
        "Wat is nog niet goed?",
        "Hoe hebben wij getest?",
        "Werkt iets niet? Zeg het ons",
        "Bent u niet blij met ons antwoord?",
        "Wie staat hiervoor in?",
    ]
    contact = house.app.state.house.programme.contact
    for told in (
        "De gemeente Dordrecht is verantwoordelijk.",
        "Status D: voldoet niet",
        "Niemand van buiten heeft de hele site nog onderzocht.",
        "WCAG 2.2, niveau A en AA",
        "Laatst getest op 22 november 2026.",
        contact.mail,
        "binnen 5 werkdagen antwoord",
        "klacht indienen bij de gemeente Dordrecht",
        "Nationale ombudsman",
        "nog niet ondertekend",
    ):
        assert told in page.text.replace("\u00a0", " ")
    assert "Status A" not in page.text


def test_with_research_it_shows_the_report_the_shortcomings_and_who_signed(house: OpenHouse, stating: Stating) -> None:
    stating(
        Accessibility(
            researched=date(2026, 3, 1), report=REPORT, shortcomings=(PICTURES,), signed_by="Burgemeester", signed_on=date(2026, 4, 1),
            complaint="https://gemeente.example/klacht", register="https://register.example/1", overview="https://gemeente.example/alle", answer_days=1,
        )
    )  # fmt: skip
    page = statement(house)
    text = page.text.replace("\u00a0", " ")
    assert "Status B: voldoet gedeeltelijk" in text
    assert f"{PICTURES.why} {PICTURES.instead} Dit is klaar voor 1 februari 2027." in text
    assert [text_of(head) for head in page.one("main").iter("h3")] == [PICTURES.what]
    assert "op 1 april 2026 door: Burgemeester, gemeente Dordrecht." in text
    assert "binnen 1 werkdag antwoord" in text
    outside = [link.get("href") for link in page.one("main").iter("a") if str(link.get("href")).startswith("https:")]
    assert outside == [
        "https://gemeente.example/alle",
        REPORT,
        "https://register.example/1",
        "https://gemeente.example/klacht",
        "https://www.nationaleombudsman.nl",
    ]
    assert "nog niet ondertekend" not in text


def test_a_plan_names_its_day_until_it_has_passed(house: OpenHouse, stating: Stating) -> None:
    stating(Accessibility(planned=date(2027, 3, 1), signed_by="Wethouder", signed_on=date(2026, 10, 1)))
    assert "Het onderzoek van buiten is klaar voor 1 maart 2027." in statement(house).text.replace("\u00a0", " ")


def test_another_city_has_its_own_name_on_it(voorbeeldstad: OpenHouse) -> None:
    text = statement(voorbeeldstad).text
    assert "De gemeente Voorbeeldstad is verantwoordelijk." in text
    assert "Dordrecht" not in text


@pytest.mark.parametrize("lang", ["en", "tr", "pl", "ar"])
def test_it_can_be_read_in_every_language(house: OpenHouse, lang: str) -> None:
    page = statement(house, lang)
    assert len(list(page.one("main").iter("h2"))) == 7


@pytest.mark.parametrize(("line", "other"), [(f'report = "{REPORT}"', "researched"), ('signed_by = "Wethouder"', "signed_on")])
def test_half_a_claim_is_refused(tmp_path: Path, line: str, other: str) -> None:
    shipped = (SURVEYS / "programme.toml").read_text(encoding="utf-8")
    (tmp_path / "programme.toml").write_text(shipped.replace("[accessibility]", f"[accessibility]\n{line}"), encoding="utf-8")
    for survey in load_programme(SURVEYS).surveys:
        (tmp_path / f"{survey}.toml").touch()
    with pytest.raises(ValueError, match=rf"accessibility: .* and {other} belong together"):
        load_programme(tmp_path)


def test_translators_are_given_what_the_office_writes_in_it() -> None:
    written = {"shortcoming": [{"what": "Wat", "why": "Waarom", "instead": "Anders"}], "signed_by": "Wethouder"}
    assert list(programme_texts({"accessibility": written})) == [
        ("programme", "Wethouder", "signed_by"),
        ("programme", "Wat", "shortcoming 1 what"),
        ("programme", "Waarom", "shortcoming 1 why"),
        ("programme", "Anders", "shortcoming 1 instead"),
    ]
