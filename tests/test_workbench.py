"""The workbench as an analyst uses it: answers across all themes, found and looked at one after the other, and what she says of each."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from houses import OpenHouse
from people import Resident, text_of
from spoken import MOULD, MOULDY, NOISY, PARKED, RENTED, a_street, residents_say, run
from sqlalchemy import insert, select, update

from analysis.scheme import CODEBOOK
from app.findings.runs import newest_run
from app.findings.themes import ThemesNow, themes_now
from app.findings.workbench_routes import marked
from app.models.tables import ACT, CODEBOOK_VERSION, EVIDENCE, FINDING, PAGE, PLACEMENT, QUOTE, STATEMENT, TRANSLATION
from app.reading import hash_of, readable

BENCH = "/bevindingen/werkbank"
LOG = "/bevindingen/besluiten"
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
RUTUBET = "Duvarlar ıslak, çocuğun odası rutubet kokuyor"


@pytest.fixture
def street(house: OpenHouse) -> OpenHouse:
    a_street(house)
    run(house)
    return house


@pytest.fixture
def analyst(street: OpenHouse) -> Resident:
    return street.colleague("analyst").opens(BENCH)


def now_in(house: OpenHouse) -> ThemesNow:
    with house.engine.connect() as connection:
        return themes_now(connection, newest_run(connection, ""))


def ids_in(house: OpenHouse, place: tuple[str, str]) -> list[str]:
    return sorted(id_ for id_, where in now_in(house).place_of.items() if where == place)


def at_hand(page: Resident) -> str:
    """The id of the answer that is being looked at."""
    return next(str(field.get("value")) for field in page.page.all("input", name="uitspraak"))


def found(page: Resident) -> str:
    return text_of(page.page.by_id("rij")).split(" · ")[0]


def acts(house: OpenHouse) -> list[tuple[str, str, str | None]]:
    return [(row["kind"], f"{row['pillar']}/{row['theme']}", row["statement_id"]) for row in house.rows("act")]


def changes(house: OpenHouse, id_: str, **values: object) -> None:
    """What the analysis, or somebody at home, would have left of one answer."""
    columns = set(PLACEMENT.c.keys())
    with house.engine.begin() as connection:
        if placed := {name: value for name, value in values.items() if name in columns}:
            connection.execute(update(PLACEMENT).where(PLACEMENT.c.statement_id == id_).values(**placed))
        if said := {name: value for name, value in values.items() if name not in columns}:
            connection.execute(update(STATEMENT).where(STATEMENT.c.id == id_).values(**said))


def says_age(house: OpenHouse, id_: str, age: str) -> None:
    with house.engine.begin() as connection:
        who = connection.execute(select(STATEMENT.c.response_id).where(STATEMENT.c.id == id_)).scalar()
        connection.execute(insert(PAGE).values(response_id=who, page="over_u", revision=1, answers={"leeftijd": age}))


def translates(house: OpenHouse, id_: str, dutch: str) -> None:
    with house.engine.begin() as connection:
        words_now = readable(connection, [id_])[id_]
        kept = {"text": dutch, "source_hash": hash_of(words_now), "made_by": "Een translator", "made_at": NOW}
        connection.execute(insert(TRANSLATION).values(statement_id=id_, **kept))


def freezes(house: OpenHouse) -> None:
    with house.engine.begin() as connection:
        frozen = {"number": 1, "content": {}, "content_hash": "x", "frozen_by": "Een admin", "frozen_at": NOW}
        connection.execute(insert(CODEBOOK_VERSION).values(**frozen))


# ---------------------------------------------------------------- finding


def test_answers_of_all_themes_are_found_by_what_they_are(street: OpenHouse, analyst: Resident) -> None:
    young = residents_say(street, f"{MOULD}, al jaren", asked="wonen")[0]
    foreign = residents_say(street, RUTUBET, lang="tr", area="buiten_gebied")[0]
    run(street)
    says_age(street, young, "a16_29")
    for query, n in (
        ("", 75), ("woord=ZEI", 23), ("wijk=crabbehof", 44), ("taal_van=tr", 1), ("bron=wijkgesprek", 23), ("leeftijd=a16_29", 1),
        ("leeftijd=a80", 0), ("pijler=veilig", 3), (f"thema={'/'.join(PARKED)}", 25), ("thema=wonen/rest", 0), ("stand=nieuw", 75), ("stand=klopt", 0),
        ("stand=onvertaald", 1), ("woord=rutubet&taal_van=tr&wijk=buiten_gebied", 1), ("woord=bestaatniet", 0),
        ("wijk=%00&leeftijd=%27&taal_van=x&bron=y&pijler=z&thema=a/b&stand=q&orde=w&p=-3&uitspraak=%00", 75),
    ):  # fmt: skip
        analyst.opens(f"{BENCH}?{query}")
        said = found(analyst)
        assert said == ("Niets gevonden" if n == 0 else f"{n} antwoord{'en' if n > 1 else ''} gevonden"), query
    analyst.opens(f"{BENCH}?stand=onvertaald")
    assert at_hand(analyst) == foreign
    assert f"uitspraak={young}" not in analyst.page.html


def test_the_filter_stays_on_the_page_and_in_every_address(analyst: Resident) -> None:
    analyst.fills(woord="schimmel", orde="lang").presses("Toon")
    assert "woord=schimmel" in analyst.url
    assert (analyst.page.by_id("woord").get("value"), found(analyst)) == ("schimmel", "35 antwoorden gevonden")
    links = [str(link.get("href")) for link in analyst.page.all("a", class_="text")]
    assert len(links) == 15
    assert {("woord=schimmel" in link, "orde=lang" in link) for link in links} == {(True, True)}
    analyst.follows(f"{BENCH}?woord=schimmel&orde=lang&p=2")
    assert "bladzijde 2 van 3" in analyst.page.text


def test_where_help_helps_most_comes_first_and_then_doubt_or_length(street: OpenHouse, analyst: Resident) -> None:
    first, second, third = ids_in(street, NOISY)
    for other in {row["id"] for row in street.rows("statement")} - {first, second, third}:
        changes(street, other, ask=None)
    changes(street, second, ask=1, margin=0.9)
    changes(street, third, ask=2, margin=0.8)
    changes(street, first, margin=0.01)
    assert at_hand(analyst.opens(BENCH)) == second
    assert at_hand(analyst.opens(f"{BENCH}?uitspraak={second}").presses("klopt")) == third
    assert at_hand(analyst.opens(BENCH)) == third, "what was looked at comes last"
    assert at_hand(analyst.opens(f"{BENCH}?orde=twijfel")) == first
    longest = residents_say(street, f"{MOULD} " + "en nog veel meer " * 20)[0]
    run(street)
    assert at_hand(analyst.opens(f"{BENCH}?orde=lang")) == longest


def test_doubt_and_several_themes_are_found(street: OpenHouse, analyst: Resident) -> None:
    first, second, _ = ids_in(street, NOISY)
    changes(street, first, margin=0.02)
    changes(street, second, margin=0.9, also_themes="/".join(MOULDY))
    assert found(analyst.opens(f"{BENCH}?stand=meer")) == "1 antwoord gevonden"
    assert at_hand(analyst) == second
    assert "Vocht en schimmel" in analyst.page.text
    assert at_hand(analyst.opens(f"{BENCH}?thema={'/'.join(MOULDY)}&pijler=veilig")) == second
    with street.engine.begin() as connection:
        connection.execute(update(PLACEMENT).where(PLACEMENT.c.margin.is_(None)).values(margin=0.5))
    assert found(analyst.opens(f"{BENCH}?stand=twijfel")) == "1 antwoord gevonden"
    assert at_hand(analyst) == first


def test_a_search_finds_nothing_of_what_is_hidden(street: OpenHouse, analyst: Resident) -> None:
    residents_say(street, "Vraag mevrouw Jansen van nummer 12 maar over de schimmel")
    run(street)
    assert found(analyst.opens(f"{BENCH}?woord=jansen")) == "Niets gevonden"
    assert found(analyst.opens(f"{BENCH}?woord=maar+over")) == "1 antwoord gevonden"
    assert "Jansen" not in analyst.page.html


@pytest.mark.parametrize("n", [3, 60])
def test_a_page_asks_the_database_eight_times_at_most_whatever_the_size(house: OpenHouse, n: int) -> None:
    residents_say(house, *[f"{MOULD}, {nth} keer" for nth in range(n)])
    foreign = residents_say(house, *[f"{RUTUBET} {nth}" for nth in range(n)], lang="tr")
    run(house)
    translates(house, foreign[0], "De muren zijn nat")
    analyst = house.colleague("analyst").opens(BENCH)
    for query in (
        "",
        "?woord=rutubet",
        "?stand=onvertaald",
        f"?uitspraak={foreign[0]}",
        "?leeftijd=a80",
        "?stand=onvertaald&woord=rutubet",
    ):
        with house.statements() as said:
            analyst.opens(f"{BENCH}{query}")
        assert len(said) <= 8, (query, said)
        assert [statement for statement in said if not statement.lstrip().startswith("SELECT")] == []


def test_many_answers_are_found_in_a_moment(house: OpenHouse) -> None:
    residents_say(house, *[f"{MOULD}, {nth} keer" for nth in range(5)])
    first = run(house)
    with house.engine.begin() as connection:
        row = dict(connection.execute(select(STATEMENT).limit(1)).mappings().one())
        placed = dict(connection.execute(select(PLACEMENT).limit(1)).mappings().one())
        many = [f"t{nth:014d}" for nth in range(5_000)]
        connection.execute(insert(STATEMENT), [row | {"id": id_, "response_id": None} for id_ in many])
        connection.execute(insert(PLACEMENT), [placed | {"run_id": first, "statement_id": id_} for id_ in many])
    analyst = house.colleague("analyst").opens(BENCH)
    began = time.perf_counter()
    analyst.opens(f"{BENCH}?orde=twijfel&p=200")
    assert found(analyst) == "5005 antwoorden gevonden"
    assert time.perf_counter() - began < 3


# ---------------------------------------------------------------- one answer


def test_the_page_tells_why_an_answer_stands_where_it_stands(street: OpenHouse, analyst: Resident) -> None:
    one = ids_in(street, NOISY)[0]
    changes(street, one, reasons="lawaai, geluidsoverlast", also="wonen", pillar_asked="wonen")
    page = analyst.opens(f"{BENCH}?uitspraak={one}").page
    assert [text_of(mark) for mark in page.all("mark")] == ["lawaai", "geluidsoverlast"]
    assert "Vanwege: lawaai, geluidsoverlast." in page.text
    assert "De vraag ging over: Wonen en de straat." in page.text
    assert "Mogelijk ook: Wonen en de straat." in page.text
    assert "Geluid en overlast van buren" in page.text


@pytest.mark.parametrize(
    ("text", "reasons", "marks"),
    [
        ("De SCHIMMELPLEKKEN, vócht", "schimmel, vocht", "De <mark>SCHIMMELPLEKKEN</mark>, <mark>vócht</mark>"),
        ("rutubet ıslak", "islak", "rutubet <mark>ıslak</mark>"),
        ("<b>huur</b> & meer", "huur", "&lt;b&gt;<mark>huur</mark>&lt;/b&gt; &amp; meer"),
        ("de kat in de krat", "kat, de, in", "de <mark>kat</mark> in de krat"),
        ("niets", "", "niets"),
    ],
)
def test_the_words_that_decided_are_marked_whatever_their_form(text: str, reasons: str, marks: str) -> None:
    assert str(marked(text, reasons)) == marks


def test_a_translation_stands_beside_the_answer_with_who_made_it_while_it_holds(street: OpenHouse, analyst: Resident) -> None:
    one = residents_say(street, RUTUBET, lang="tr")[0]
    run(street)
    assert "Nog niet vertaald." in analyst.opens(f"{BENCH}?uitspraak={one}").page.text
    translates(street, one, "De muren zijn nat")
    analyst.opens(f"{BENCH}?uitspraak={one}")
    assert "De muren zijn nat" in analyst.page.text
    assert "Vertaald door Een translator, 2 november 2026." in analyst.page.text
    assert "Naar vertalen" not in analyst.page.text
    changes(street, one, text=f"{RUTUBET} her gece")
    analyst.opens(f"{BENCH}?uitspraak={one}")
    assert "De vertaling hoort bij een eerdere tekst." in analyst.page.text
    assert "De muren zijn nat" not in analyst.page.text
    assert found(analyst.opens(f"{BENCH}?stand=onvertaald")) == "1 antwoord gevonden"


# ---------------------------------------------------------------- deciding


def test_accepting_leads_to_the_next_answer_and_survives_the_next_run(street: OpenHouse, analyst: Resident) -> None:
    analyst.opens(f"{BENCH}?stand=nieuw&thema={'/'.join(NOISY)}")
    first = at_hand(analyst)
    analyst.presses("klopt")
    assert "al gedaan: 1" in text_of(analyst.page.by_id("rij"))
    assert (found(analyst), at_hand(analyst) == first) == ("2 antwoorden gevonden", False)
    analyst.presses("klopt").presses("klopt")
    assert "Alles wat hierbij past, is gedaan." in analyst.page.text
    assert [kind for kind, _, _ in acts(street)] == ["accept"] * 3
    assert [row["action"] for row in street.rows("audit")] == ["answer klopt"] * 3
    run(street)
    assert ids_in(street, NOISY) == sorted(str(id_) for _, _, id_ in acts(street))
    analyst.opens(f"{BENCH}?uitspraak={first}").presses("klopt")
    assert "Zo stond het al." in analyst.page.html
    assert len(acts(street)) == 3


@pytest.mark.parametrize("typed", ["vocht en schimmel", "Vocht en schimmel – Wonen en de straat", "schimm", "wonen/vocht_schimmel"])
def test_an_answer_moves_to_a_theme_that_is_typed_in_part(street: OpenHouse, analyst: Resident, typed: str) -> None:
    one = ids_in(street, NOISY)[0]
    analyst.opens(f"{BENCH}?uitspraak={one}").fills(naar=typed, form=f"{BENCH}/verplaats")
    analyst.sends(f"{BENCH}/verplaats", analyst.typed, status=303)
    assert now_in(street).place_of[one] == MOULDY
    assert found(analyst.opens(f"{BENCH}?stand=verplaatst")) == "1 antwoord gevonden"
    assert "Hier gezet door Een analyst" in analyst.page.text
    assert "De computer koos: Geluid en overlast van buren." in analyst.page.text


def test_an_answer_moves_to_the_rest_and_moving_it_to_its_own_theme_accepts_it(street: OpenHouse, analyst: Resident) -> None:
    one, two, _ = ids_in(street, NOISY)
    for id_, to in ((one, "Rest – Prettig en veilig wonen"), (two, "geluid")):
        analyst.opens(f"{BENCH}?uitspraak={id_}").fills(naar=to, form=f"{BENCH}/verplaats")
        analyst.sends(f"{BENCH}/verplaats", analyst.typed, status=303)
    assert [(kind, id_) for kind, _, id_ in acts(street)] == [("move", one), ("accept", two)]
    assert now_in(street).place_of[one] == ("veilig", "rest")


def test_an_answer_speaks_of_a_second_theme_and_no_longer(street: OpenHouse, analyst: Resident) -> None:
    one = ids_in(street, NOISY)[0]
    before = now_in(street).theme(*MOULDY)
    analyst.opens(f"{BENCH}?uitspraak={one}").fills(naar="schimmel", form=f"{BENCH}/ook")
    analyst.sends(f"{BENCH}/ook", analyst.typed, status=303)
    assert at_hand(analyst) == one, "there may be more to say of it"
    after = now_in(street).theme(*MOULDY)
    assert before is not None
    assert after is not None
    assert (after.n, after.people) == (before.n + 1, before.people + 1)
    analyst.presses("weg")
    assert now_in(street).theme(*MOULDY) == before
    assert [row["payload"]["on"] for row in street.rows("act")] == [True, False]
    for to in ("geluid", "rest – wonen en de straat"):
        analyst.fills(naar=to, form=f"{BENCH}/ook")
        analyst.sends(f"{BENCH}/ook", analyst.typed, status=422)
        assert analyst.page.messages == ["Daar staat dit antwoord al. Kies een ander thema."]


def test_an_answer_without_content_is_accepted_as_that_or_counted_after_all(street: OpenHouse, analyst: Resident) -> None:
    empty, short = residents_say(street, "-", "ja")
    run(street)
    assert "Telt niet mee" in analyst.opens(f"{BENCH}?uitspraak={empty}").page.text
    analyst.presses("klopt").opens(f"{BENCH}?uitspraak={short}").fills(naar="schimmel", form=f"{BENCH}/verplaats")
    analyst.sends(f"{BENCH}/verplaats", analyst.typed, status=303)
    before = now_in(street)
    assert (before.place_of.get(empty), before.place_of[short]) == (None, MOULDY)
    run(street)
    after = now_in(street)
    assert (after.place_of.get(empty), after.place_of[short], after.ledger) == (None, MOULDY, before.ledger)


def test_a_new_theme_begins_with_the_answer_at_hand(street: OpenHouse, analyst: Resident) -> None:
    one = ids_in(street, NOISY)[0]
    analyst.opens(f"{BENCH}?uitspraak={one}").fills(naam="  De  vuilnis op straat ", pijler="wonen", form=f"{BENCH}/nieuw")
    analyst.sends(f"{BENCH}/nieuw", analyst.typed, status=303)
    place = now_in(street).place_of[one]
    assert place == ("wonen", "vuilnis")
    assert [(kind, where) for kind, where, _ in acts(street)] == [("new", "wonen/vuilnis"), ("move", "/".join(NOISY))]
    run(street)
    theme = now_in(street).theme(*place)
    assert theme is not None
    assert (theme.label, theme.n, now_in(street).place_of[one]) == ("De vuilnis op straat", 1, place)
    analyst.opens(f"{BENCH}?uitspraak={one}").fills(naam="Vuilnis", pijler="veilig", form=f"{BENCH}/nieuw")
    analyst.sends(f"{BENCH}/nieuw", analyst.typed, status=303)
    other = now_in(street).place_of[one]
    assert other[0] == "veilig"
    assert other[1] not in {"vuilnis", *(row["key"] for row in street.rows("theme"))}


def test_a_new_theme_never_gets_the_key_of_one_of_the_codebook(street: OpenHouse, analyst: Resident) -> None:
    one = ids_in(street, MOULDY)[0]
    for name in ("Geluid_burenoverlast", "Armoede_schulden", "Rest", "geen_inhoud", "الضوضاء", "😀", "1 2 3"):
        analyst.opens(f"{BENCH}?uitspraak={one}").fills(naam=name, pijler="werk", form=f"{BENCH}/nieuw")
        analyst.sends(f"{BENCH}/nieuw", analyst.typed, status=303)
    made = [row["theme"] for row in street.rows("act") if row["kind"] == "new"]
    shipped = {line.partition(",")[0] for line in CODEBOOK.read_text(encoding="utf-8").splitlines()}
    assert len(set(made)) == 7
    assert set(made) & {*shipped, "rest", "geen_inhoud"} == set()


def test_who_says_not_to_quote_takes_a_cleared_quote_back_unless_it_is_published(street: OpenHouse, analyst: Resident) -> None:
    one, two, _ = ids_in(street, NOISY)
    with street.engine.begin() as connection:
        for id_ in (one, two):
            connection.execute(insert(QUOTE).values(statement_id=id_, text="x", cleared_by="Noor", cleared_at=NOW))
        told = {"title": "x", "text": "x", "pillar": "veilig", "status": "published", "made_by": "x", "made_at": NOW, "changed_at": NOW}
        connection.execute(insert(FINDING).values(id="f1", revision=1, reviewed_by="", published_by="", **told))
        rests = {"pillar": "", "theme": "", "label": "", "figures": {}, "text": "x", "lang": "nl"}
        connection.execute(insert(EVIDENCE).values(id="e1", finding_id="f1", kind="quote", statement_id=two, **rests))
    analyst.opens(f"{BENCH}?uitspraak={one}").presses("niet")
    assert [row["statement_id"] for row in street.rows("quote")] == [two]
    analyst.presses("wel")
    assert [row["payload"]["quotable"] for row in street.rows("act")] == [False, True]
    analyst.opens(f"{BENCH}?uitspraak={two}").presses("niet", status=422)
    assert analyst.page.messages == ["Dit citaat staat in een gepubliceerde bevinding. Trek die bevinding eerst terug."]
    assert len(street.rows("act")) == 2


def test_what_kind_of_thing_was_said_is_one_press_and_one_press_back(street: OpenHouse, analyst: Resident) -> None:
    one = at_hand(analyst)
    analyst.presses("wens", name="richting")
    assert at_hand(analyst.opens(f"{BENCH}?uitspraak={one}")) == one
    pressed = [text_of(button) for button in analyst.page.all("button") if button.get("aria-pressed") == "true"]
    assert pressed == ["Wens 2"]
    analyst.presses("", name="richting")
    assert [row["payload"]["direction"] for row in street.rows("act")] == ["wens", ""]
    assert now_in(street).decisions.directions == {one: ""}


def test_the_last_of_ones_own_decisions_is_undone_and_the_answer_is_there_again(street: OpenHouse, analyst: Resident) -> None:
    analyst.opens(f"{BENCH}?thema={'/'.join(NOISY)}")
    one = at_hand(analyst)
    analyst.presses("klopt")
    street.colleague("admin").opens(f"{BENCH}?uitspraak={ids_in(street, MOULDY)[0]}").presses("klopt")
    analyst.opens(BENCH)
    assert "Uw laatste besluit: Een analyst liet een antwoord staan bij “Geluid en overlast van buren”." in analyst.page.text
    analyst.presses("ongedaan")
    assert at_hand(analyst) == one
    assert [row["undone_by"] for row in street.rows("act")] == ["Een analyst", ""]
    assert [row["action"] for row in street.rows("audit")] == ["answer klopt", "answer klopt", "theme act undone"]


# ---------------------------------------------------------------- at the same time


def test_two_who_decide_about_the_same_answer_read_of_each_other(street: OpenHouse, analyst: Resident) -> None:
    one = ids_in(street, NOISY)[0]
    colleague = street.colleague("admin").opens(f"{BENCH}?uitspraak={one}")
    analyst.opens(f"{BENCH}?uitspraak={one}").fills(naar="schimmel", form=f"{BENCH}/verplaats")
    analyst.sends(f"{BENCH}/verplaats", analyst.typed, status=303)
    colleague.presses("klopt", status=409)
    assert "Een analyst verplaatste een antwoord van “Geluid en overlast van buren” naar “Vocht en schimmel”" in colleague.page.text
    assert now_in(street).place_of[one] == MOULDY
    colleague.follows(f"{BENCH}?uitspraak={one}").fills(naar="parkeren", form=f"{BENCH}/verplaats")
    colleague.sends(f"{BENCH}/verplaats", colleague.typed, status=303)
    assert [(kind, where) for kind, where, _ in acts(street)] == [("move", "/".join(NOISY)), ("move", "/".join(MOULDY))]
    assert now_in(street).place_of[one] == PARKED


def test_two_who_decide_different_things_do_not_stand_in_each_others_way(street: OpenHouse, analyst: Resident) -> None:
    one, two, _ = ids_in(street, NOISY)
    colleague = street.colleague("admin").opens(f"{BENCH}?uitspraak={one}")
    other = street.colleague("admin").opens(f"{BENCH}?uitspraak={two}")
    renaming = street.colleague("admin").opens(f"/bevindingen/themas/{'/'.join(NOISY)}").fills(label="Herrie")
    analyst.opens(f"{BENCH}?uitspraak={one}").presses("klopt")
    colleague.presses("probleem", name="richting")
    other.presses("klopt")
    renaming.sends(f"/bevindingen/themas/{'/'.join(NOISY)}/naam", renaming.typed, status=303)
    assert sorted(kind for kind, _, _ in acts(street)) == ["accept", "accept", "direction", "rename"]


def test_a_new_theme_is_not_made_when_the_answer_went_elsewhere_meanwhile(street: OpenHouse, analyst: Resident) -> None:
    one = ids_in(street, NOISY)[0]
    colleague = street.colleague("admin").opens(f"{BENCH}?uitspraak={one}").fills(naam="Herrie", pijler="veilig", form=f"{BENCH}/nieuw")
    analyst.opens(f"{BENCH}?uitspraak={one}").presses("klopt")
    colleague.sends(f"{BENCH}/nieuw", colleague.typed, status=409)
    assert [kind for kind, _, _ in acts(street)] == ["accept"]


# ---------------------------------------------------------------- what is refused


def shown(house: OpenHouse, **more: str) -> Mapping[str, str]:
    return {"token": house.token("analyst"), "seen": "0.0", **more}


def test_forged_forms_do_nothing(street: OpenHouse, analyst: Resident) -> None:
    one = at_hand(analyst)
    for kind, fields, status in (
        ("klopt", {}, 404), ("klopt", {"uitspraak": "s99999999999999"}, 404), ("klopt", {"uitspraak": "\x00"}, 404), ("weg", {"uitspraak": one}, 404),
        ("klopt", {"uitspraak": one, "waar": "ronde=bestaatniet"}, 404), ("verplaats", {"uitspraak": one}, 422),
        ("verplaats", {"uitspraak": one, "naar": "wonen/bestaat_niet"}, 422), ("verplaats", {"uitspraak": one, "naar": "\x00"}, 422),
        ("verplaats", {"uitspraak": one, "naar": "e"}, 422), ("verplaats", {"uitspraak": one, "naar": "\ud800" * 9}, 422),
        ("ook", {"uitspraak": one, "naar": "x" * 10_000}, 422), ("nieuw", {"uitspraak": one, "naam": "", "pijler": "wonen"}, 422),
        ("nieuw", {"uitspraak": one, "naam": "x" * 10_000, "pijler": "wonen"}, 422), ("nieuw", {"uitspraak": one, "naam": "a\x00b", "pijler": "wonen"}, 422),
        ("nieuw", {"uitspraak": one, "naam": "a\u202eb", "pijler": "wonen"}, 422), ("nieuw", {"uitspraak": one, "naam": "Goed", "pijler": "niets"}, 422),
        ("nieuw", {"uitspraak": one, "naam": "vocht EN schimmel", "pijler": "wonen"}, 422), ("soort", {"uitspraak": one, "richting": "klacht"}, 400),
        ("verplaats", {"uitspraak": one, "naar": "", "waar": "%00=%ff&" * 500}, 422),
    ):  # fmt: skip
        analyst.sends(f"{BENCH}/{kind}", shown(street, **fields), status=status)
    for besluit in ("1", "x", "", "9" * 30):
        analyst.sends(f"{BENCH}/ongedaan", shown(street, besluit=besluit), status=303)
    assert (street.rows("act"), street.rows("audit")) == ([], [])
    analyst.opens(f"{BENCH}?ronde=bestaatniet", status=404)


def test_what_was_typed_stays_when_it_must_be_mended(analyst: Resident) -> None:
    one = at_hand(analyst)
    analyst.fills(naam="x" * 300, pijler="veilig", form=f"{BENCH}/nieuw")
    analyst.sends(f"{BENCH}/nieuw", analyst.typed, status=422)
    assert analyst.page.messages == ["Geef het thema een naam van 1 tot 200 tekens."]
    assert (analyst.page.by_id("naam").get("value"), at_hand(analyst)) == ("x" * 300, one)
    analyst.fills(naar="iets met e", form=f"{BENCH}/verplaats")
    analyst.sends(f"{BENCH}/verplaats", analyst.typed, status=422)
    assert analyst.page.by_id("naar").get("value") == "iets met e"


def test_a_frozen_codebook_keeps_its_themes_and_answers_go_on(street: OpenHouse, analyst: Resident) -> None:
    one, two, _ = ids_in(street, NOISY)
    analyst.opens(f"{BENCH}?uitspraak={one}").fills(naam="Herrie", pijler="veilig", form=f"{BENCH}/nieuw")
    freezes(street)
    analyst.sends(f"{BENCH}/nieuw", analyst.typed, status=422)
    assert analyst.page.by_id("naam").get("value") == "Herrie", "what was typed is not lost"
    assert street.colleague("admin").opens(f"{BENCH}?uitspraak={one}").page.all("input", name="naam") == []
    told = "Het codeboek is vastgezet door Een admin. Thema's veranderen dan niet. Maak het eerst weer open bij Codeboek."
    assert analyst.page.messages == [told]
    analyst.presses("klopt").opens(f"{BENCH}?uitspraak={two}").fills(naar="schimmel", form=f"{BENCH}/verplaats")
    analyst.sends(f"{BENCH}/verplaats", analyst.typed, status=303)
    assert [kind for kind, _, _ in acts(street)] == ["accept", "move"]


# ---------------------------------------------------------------- reckoning again


def test_a_run_is_asked_for_once_and_the_page_tells_that_it_is_under_way(street: OpenHouse, analyst: Resident) -> None:
    analyst.opens(f"{BENCH}?stand=nieuw").presses("Reken opnieuw")
    assert "Er wordt opnieuw gerekend." in analyst.page.html
    assert "stand=nieuw" in analyst.url
    (asked,) = street.rows("run_request")
    assert (asked["asked_by"], asked["what"]) == ("Een analyst", {"seed": 0, "how": "serial"})
    assert "Er wordt gerekend." in analyst.page.text
    assert f"/bevindingen/ronde/{asked['id']}" in analyst.page.html
    analyst.sends(f"{BENCH}/opnieuw", shown(street), status=303)
    assert len(street.rows("run_request")) == 1
    assert [row["action"] for row in street.rows("audit")] == ["run asked"] * 2


def test_an_empty_house_says_what_to_do(empty_house: OpenHouse) -> None:
    analyst = empty_house.colleague("analyst").opens(BENCH)
    assert "Nog geen ronde." in analyst.page.text
    for kind in ("klopt", "opnieuw"):
        analyst.sends(f"{BENCH}/{kind}", {"token": empty_house.token("analyst"), "uitspraak": "s1"}, status=404)


# ---------------------------------------------------------------- everything that was decided


def test_the_log_tells_every_decision_and_strikes_what_was_undone(street: OpenHouse, analyst: Resident) -> None:
    one = ids_in(street, NOISY)[0]
    analyst.opens(f"{BENCH}?uitspraak={one}").presses("klopt")
    analyst.opens(f"{BENCH}?uitspraak={one}").presses("idee", name="richting").presses("niet")
    colleague = street.colleague("admin").opens(f"/bevindingen/themas/{'/'.join(MOULDY)}").fills(label="Schimmel")
    colleague.sends(f"/bevindingen/themas/{'/'.join(MOULDY)}/naam", colleague.typed, status=303)
    lines = [text_of(line.find("div")) for line in analyst.opens(LOG).page.one("ol")]
    assert [line.split(".")[0] for line in lines] == [
        "Een admin noemde “Vocht en schimmel” voortaan “Schimmel”",
        "Een analyst zei dat een antwoord van “Geluid en overlast van buren” niet geciteerd mag worden",
        "Een analyst zei wat een antwoord van “Geluid en overlast van buren” is: Idee",
        "Een analyst liet een antwoord staan bij “Geluid en overlast van buren”",
    ]
    first = str(street.rows("act")[0]["id"])
    analyst.sends("/bevindingen/themas/ongedaan", shown(street, besluit=first, naar="besluiten"), status=303)
    assert analyst.url.startswith(LOG)
    assert text_of(analyst.page.one("s")) == "Een analyst liet een antwoord staan bij “Geluid en overlast van buren”."
    assert len(analyst.opens(f"{LOG}?wie=Een+admin").page.one("ol")) == 1
    assert len(analyst.opens(f"{LOG}?soort=direction&wie=Een+analyst").page.one("ol")) == 1
    assert "Geen besluiten" in analyst.opens(f"{LOG}?soort=merge").page.text
    assert len(analyst.opens(f"{LOG}?soort=%00&wie=niemand&p=-9").page.one("ol")) == 4


def test_who_sees_no_rows_reads_no_small_theme_and_nothing_of_single_answers(street: OpenHouse, analyst: Resident) -> None:
    analyst.opens(f"{BENCH}?uitspraak={ids_in(street, MOULDY)[0]}").presses("klopt")
    for place, label in ((NOISY, "Herrie van de buurman"), (MOULDY, "Schimmel")):
        analyst.opens(f"/bevindingen/themas/{'/'.join(place)}").fills(label=label)
        analyst.sends(f"/bevindingen/themas/{'/'.join(place)}/naam", analyst.typed, status=303)
    for role in ("office", "auditor"):
        colleague = street.colleague(role).opens(LOG)
        assert len(colleague.page.one("ol")) == 2
        assert "voortaan “Schimmel”" in colleague.page.text
        assert ("Herrie" in colleague.page.html, "Geluid" in colleague.page.html) == (False, False)
        assert colleague.page.one("main").findall(".//form[@method='post']") == []


def test_the_log_comes_in_pages(street: OpenHouse, analyst: Resident) -> None:
    with street.engine.begin() as connection:
        one = {
            "at": NOW,
            "actor": "Noor",
            "kind": "settle",
            "pillar": "wonen",
            "theme": RENTED[1],
            "payload": {"was": "x"},
            "undone_by": "",
        }
        connection.execute(insert(ACT), [one] * 90)
    assert "90 besluiten, bladzijde 1 van 3" in analyst.opens(LOG).page.text
    with street.statements() as said:
        analyst.follows(f"{LOG}?p=2")
    assert len(said) <= 3
    assert len(analyst.page.one("ol")) == 40
