"""The workbench as each colleague sees it: figures that may leave, answers for who may read them, and nothing that gives somebody away."""

import pytest
from houses import OpenHouse
from people import Resident, text_of
from spoken import MOULD, MOULDY, NOISE, NOISY, PARKED, PARKING, RENTED, a_street, address, residents_say, run, table_says, words
from sqlalchemy import select, update

from app.areas import load_programme
from app.findings.frames import Slice
from app.findings.runs import newest_run
from app.findings.shares import Figures, figures, wilson
from app.findings.themes import themes_now
from app.models.staff import ROLES
from app.models.tables import PLACEMENT

LIST = "/bevindingen/themas"
LOOKS = ("office", "analyst", "auditor", "admin")
DECIDES = ("analyst", "admin")


@pytest.fixture
def street(house: OpenHouse) -> OpenHouse:
    a_street(house)
    run(house)
    return house


@pytest.fixture
def analyst(street: OpenHouse) -> Resident:
    return street.colleague("analyst")


def rows_in(page: Resident) -> dict[str, list[str]]:
    """Theme -> what the table says of it."""
    return {text_of(row.find("th")): [text_of(cell) for cell in row.findall("td")] for row in page.page.all("tr") if row.findall("td")}


# ---------------------------------------------------------------- figures


def figures_in(house: OpenHouse) -> dict[tuple[str, str], Figures]:
    with house.engine.connect() as connection:
        found = newest_run(connection, "")
        return figures(connection, found, themes_now(connection, found), load_programme(house.settings.surveys))


def test_a_share_belongs_to_the_sample_and_the_rest_are_counts(street: OpenHouse) -> None:
    told = figures_in(street)
    assert told[MOULDY] == Figures(14, 29, 14 / 29, *wilson(14, 29), 11, 0, 10)
    assert (told[PARKED].n, told[PARKED].open_link, told[PARKED].contributions) == (12, 0, 13)
    assert (told[RENTED].n, told[RENTED].share, told[RENTED].open_link) == (0, 0.0, 10)
    assert told[NOISY] == Figures(None, 29, None, None, None, 0, 0, 0), "three people could be known"
    assert (told["wonen", ""].n, told["wonen", ""].contributions, told["veilig", ""].n) == (26, 23, None)
    assert (told["", ""].base, told["", ""].n, told["", ""].desk) == (29, None, 0)


def test_a_person_counts_once_however_much_she_says(house: OpenHouse) -> None:
    ids = residents_say(house, *[f"{MOULD} {word}" for word in words(12)])
    with house.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE statement SET response_id = 'r{ids[0][1:]}' WHERE id IN ('{ids[1]}', '{ids[2]}')")  # noqa: S608  # ids of this test
    run(house)
    told = figures_in(house)
    assert (told[MOULDY].n, told[MOULDY].base) == (10, None), "that everybody named it would tell what each of them said"
    residents_say(house, *[f"{PARKING} {word}" for word in words(12)])
    run(house)
    told = figures_in(house)
    assert (told[MOULDY].n, told[MOULDY].base) == (10, 22)


def test_the_interval_is_wilsons() -> None:
    assert [round(end, 3) for end in wilson(71, 274)] == [0.211, 0.314]
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == 1.0


def test_professionals_have_a_threshold_of_their_own_and_are_never_among_residents(house: OpenHouse) -> None:
    a_street(house)
    table_says(house, *[f"{MOULD}, ziet {word}" for word in words(6)], source="professional")
    whole, apart = run(house), run(house, Slice(source="professional"))
    with house.engine.connect() as connection:
        assert newest_run(connection, "").id == whole, "a run over one source is not taken for one over everything"
    sizes = {row["id"]: row["n_in"] for row in house.rows("run")}
    assert (sizes[whole], sizes[apart]) == (73, 6)


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_and_does_what_it_may(street: OpenHouse, role: str) -> None:
    colleague = street.colleague(role)
    answer = colleague.asks("GET", LIST)
    assert answer.status_code == (200 if role in LOOKS else 403)
    if role in LOOKS:
        assert rows_in(colleague)["Vocht en schimmel"][:5] == ["14", "48,3 %", "31,4 – 65,6 %", "11", "10"]
        assert ("Geluid" in colleague.page.html) == (role in DECIDES), "who sees no rows reads no theme of three people"
        assert ("73 antwoorden" in colleague.page.text) == (role in DECIDES)
        assert colleague.asks("GET", address(NOISY)).status_code == (200 if role in DECIDES else 404)
        colleague.opens(address(MOULDY))
        assert ("nummer beq" in colleague.page.text) == (role in DECIDES), "answers are rows"
    for act in ("naam", "samenvoegen", "vast", "verplaats", "splitsen"):
        fields = {"token": street.token(role), "seen": "0.0", "label": "x", "in": PARKED[1], "actie": "vast", "naar": ""}
        status = colleague.asks("POST", f"{address(MOULDY)}/{act}", data=fields).status_code
        assert (status != 403) == (role in DECIDES), act
    assert (street.rows("act") != []) == (role in DECIDES)


def test_who_sees_no_rows_sees_the_newest_run_alone(street: OpenHouse) -> None:
    old = newest = ""
    with street.engine.connect() as connection:
        old = newest_run(connection, "").id
    residents_say(street, *[f"{NOISE} {word}" for word in words(12)])
    newest = run(street)
    assert old != newest
    assert rows_in(street.colleague("office").opens(f"{LIST}?ronde={old}"))["Geluid en overlast van buren"][0] == "15"
    analyst = street.colleague("analyst").opens(f"{LIST}?ronde={old}")
    assert "Dit is niet de nieuwste ronde" in analyst.page.text
    assert rows_in(analyst)["Geluid en overlast van buren"][0] == "–afgeschermd"
    analyst.opens(f"{address(NOISY)}?ronde={old}").fills(label="Lawaai")
    analyst.sends(f"{address(NOISY)}/naam", analyst.typed, status=303)
    assert f"ronde={old}" in analyst.url


def test_a_small_theme_that_was_merged_is_not_told_by_its_old_name(street: OpenHouse, analyst: Resident) -> None:
    analyst.opens(address(RENTED)).fills({"in": MOULDY[1]})
    analyst.sends(f"{address(RENTED)}/samenvoegen", analyst.typed, status=303)
    assert "met Betaalbaar en passend wonen" in analyst.opens(LIST).page.text
    assert "nog niet bekend: draai een nieuwe ronde" in analyst.opens(address(MOULDY)).page.text
    assert "Betaalbaar" not in street.colleague("auditor").opens(LIST).page.html


@pytest.mark.parametrize("place", [("wonen", "bestaat_niet"), ("niets", MOULDY[1]), ("veilig", MOULDY[1]), ("%00", "x"), ("wonen", "é")])
def test_a_theme_that_is_not_there_is_not_found(street: OpenHouse, analyst: Resident, place: tuple[str, str]) -> None:
    assert analyst.asks("GET", address(place)).status_code == 404
    for act in ("naam", "samenvoegen", "vast", "verplaats"):
        fields = {"token": street.token("analyst"), "seen": "0.0", "label": "x", "in": "x", "actie": "vast", "naar": "wonen/rest"}
        assert analyst.asks("POST", f"{address(place)}/{act}", data=fields).status_code == 404
    assert street.rows("act") == []


def test_forged_forms_do_nothing(street: OpenHouse, analyst: Resident) -> None:
    statement = next(row["statement_id"] for row in street.rows("placement") if row["theme"] == MOULDY[1])
    shown = {"token": street.token("analyst"), "seen": "0.0"}
    for act, fields, status in (
        ("naam", {"label": ""}, 422), ("naam", {"label": "x" * 201}, 422), ("naam", {"label": "a\x00b"}, 422), ("naam", {"label": "\ud800"}, 422),
        ("samenvoegen", {"in": ""}, 422), ("samenvoegen", {"in": NOISY[1]}, 404), ("samenvoegen", {"in": "rest"}, 404),
        ("vast", {"actie": "weg"}, 400), ("verplaats", {"uitspraak": statement, "naar": ""}, 422),
        ("verplaats", {"uitspraak": statement, "naar": "wonen/bestaat_niet"}, 404), ("verplaats", {"uitspraak": statement, "naar": "niets/rest"}, 404),
        ("verplaats", {"uitspraak": "\x00", "naar": "wonen/rest"}, 404), ("verplaats", {"naar": "wonen/rest"}, 404),
    ):  # fmt: skip
        analyst.sends(f"{address(MOULDY)}/{act}", {**shown, **fields}, status=status)
    for besluit in ("1", "x", "", "9" * 30):
        analyst.sends(f"{LIST}/ongedaan", {**shown, "besluit": besluit}, status=303)
    assert (street.rows("act"), street.rows("audit")) == ([], [])


def test_the_rest_has_no_name_and_is_not_settled(street: OpenHouse, analyst: Resident) -> None:
    statement = next(row["statement_id"] for row in street.rows("placement") if row["theme"] == MOULDY[1])
    shown = {"token": street.token("analyst"), "seen": "9.0", "label": "x", "actie": "vast"}
    analyst.sends(f"{address(MOULDY)}/verplaats", {**shown, "uitspraak": statement, "naar": "wonen/rest"}, status=303)
    for act in ("naam", "vast"):
        analyst.sends(f"{address(('wonen', 'rest'))}/{act}", shown, status=422)
        assert analyst.page.messages[0].startswith("Rest is geen thema")


# ---------------------------------------------------------------- the answers in a theme


def test_an_answer_that_speaks_of_two_themes_stands_in_both_and_moves_from_its_own(street: OpenHouse, analyst: Resident) -> None:
    with street.engine.begin() as connection:
        one = connection.execute(select(PLACEMENT.c.statement_id).where(PLACEMENT.c.theme == NOISY[1]).limit(1)).scalar_one()
        both = update(PLACEMENT).where(PLACEMENT.c.statement_id == one).values(also_themes="/".join(MOULDY))
        connection.execute(both)
    analyst.opens(f"{address(MOULDY)}?uitspraak={one}")
    assert text_of(analyst.page.by_id("rij")) == "36 antwoorden"
    assert "Hoort eerst bij Geluid en overlast van buren" in analyst.page.text
    assert one not in [box.get("value") for box in analyst.page.all("input", type="checkbox")]
    analyst.fills(naar="/".join(PARKED)).sends(f"{address(MOULDY)}/verplaats", analyst.typed, status=303)
    assert [(row["theme"], row["payload"]["theme"]) for row in street.rows("act")] == [(NOISY[1], PARKED[1])]


def test_answers_are_found_by_word_wijk_language_and_source(street: OpenHouse, analyst: Resident) -> None:
    residents_say(street, "Duvarlar ıslak, çocuğun odası rutubet kokuyor", lang="tr")
    residents_say(street, "الرطوبة في غرفة الأطفال ولا أحد يأتي", lang="ar", area="buiten_gebied")
    run(street)

    def n(query: str) -> str:
        analyst.opens(f"{address(MOULDY)}{query}")
        return text_of(analyst.page.by_id("rij"))

    assert n("") == "37 antwoorden"
    assert n("?wijk=crabbehof") == "21 antwoorden"
    assert n("?bron=wijkgesprek") == "10 antwoorden"
    assert n("?bron=wijkgesprek&woord=ZEI") == "10 antwoorden"
    assert n("?taal_van=tr") == "1 antwoord"
    assert n("?taal_van=ar&wijk=buiten_gebied") == "1 antwoord"
    words_said = analyst.page.one("bdi", lang="ar", dir="rtl")
    assert text_of(words_said).startswith("الرطوبة")
    assert n("?woord=bestaatniet") == "0 antwoorden"
    assert n("?bron=niets&wijk=%00&taal_van=x&p=-3&orde=y&woord=%00") == "0 antwoorden"


def test_long_lists_come_in_pages_and_ask_as_much_as_short_ones(house: OpenHouse) -> None:
    asked = []
    for n in (3, 60):
        residents_say(house, *[f"{MOULD}, {nth} keer" for nth in range(n)])
        run(house)
        analyst = house.colleague("analyst")
        for page in (LIST, address(MOULDY)):
            with house.statements() as said:
                analyst.opens(page)
            asked.append(len(said))
            assert [statement for statement in said if not statement.lstrip().startswith("SELECT")] == []
    assert asked[:2] == asked[2:]
    assert "63 antwoorden, bladzijde 1 van 2" in analyst.page.text
    analyst.follows(f"{address(MOULDY)}?p=2")
    assert len(analyst.page.one("ol").findall("li")) == 13


def test_an_empty_house_says_what_to_do(empty_house: OpenHouse) -> None:
    for page in ("/bevindingen", LIST):
        assert "Nog geen ronde." in empty_house.colleague("analyst").opens(page).page.text
        assert "Een onderzoeker start de eerste." in empty_house.colleague("auditor").opens(page).page.text


def test_a_programme_of_its_own_has_a_workbench_of_its_own(voorbeeldstad: OpenHouse) -> None:
    keys = {pillar.key for pillar in load_programme(voorbeeldstad.settings.surveys).pillars}
    table_says(voorbeeldstad, *[f"{MOULD} {word}" for word in words(12)])
    run(voorbeeldstad)
    colleague = voorbeeldstad.colleague("analyst").opens(LIST)
    assert {str(section.get("data-pillar")) for section in colleague.page.all("section") if section.get("data-pillar")} <= {*keys, "overig"}
    assert len(rows_in(colleague)) >= 1
