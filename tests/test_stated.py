"""An analyst states a finding, the office publishes it, a partner reads it; and nobody is known by her words."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from houses import OpenHouse
from people import Resident, text_of
from sqlalchemy import insert, update

from app.models.tables import ACT, FINDING, PLACEMENT, QUOTE, REDACTION, RESPONSE, RUN, STATEMENT, THEME

LIST = "/bevindingen/stellingen"
NEW = f"{LIST}/nieuw"
QUOTED = "/bevindingen/citaat"
DORDT = "dordt-west-2026"
LAMPS, BEDS, YOUTH, MAN = "verlichting", "banken", "jongeren", "buurman-nummer-14"
SAYS = "Elke week staat er weer een bank naast de container."
TOLD = {"titel": "Mensen willen meer licht", "tekst": "Het is 's avonds donker.\r\n\r\nDat zeggen velen.", "pijler": "veilig", "doel": "10", "gebied": "wielwijk"}  # fmt: skip


def people_said(house: OpenHouse, theme: str, pillar: str, n: int, *, stream: str = "sample", source: str = "survey") -> list[str]:
    """So many people said something that the run put in this theme; the ids of what they said."""
    fingerprint = next(row["fingerprint"] for row in house.rows("survey") if row["key"] == DORDT)
    day, ids = date(2026, 11, 1), [f"s-{theme[:4]}-{stream[:1]}{source[:1]}{nth:03}" for nth in range(n)]
    survey = source == "survey"
    response = {"survey_key": DORDT, "fingerprint": fingerprint, "state": "finished", "lang": "nl", "channel": "web", "stream": stream, "assisted": False}  # fmt: skip
    said = {"source": source, "question": "q", "lang": "nl", "channel": "web", "stream": stream, "said_on": day, "survey_key": DORDT if survey else None}  # fmt: skip
    with house.engine.begin() as connection:
        if survey and n:
            connection.execute(insert(RESPONSE), [response | {"id": f"r{id_}", "key": f"key-{id_}", "receipt_hash": id_, "begun_on": day, "finished_on": day} for id_ in ids])  # fmt: skip
        connection.execute(insert(STATEMENT), [said | {"id": id_, "text": f"{theme} nummer {nth}", "response_id": f"r{id_}" if survey else None} for nth, id_ in enumerate(ids)])  # fmt: skip
        connection.execute(insert(PLACEMENT), [{"run_id": "b1", "statement_id": id_, "pillar": pillar, "confidence": 0.9, "theme": theme, "fit": 0.8, "also": "", "excluded": "", "quote": False} for id_ in ids])  # fmt: skip
    return ids


@pytest.fixture
def heard(house: OpenHouse) -> OpenHouse:
    """A run with themes that many people named, and one of three people who could be known by it."""
    run = {"id": "b1", "made_at": house.settings.clock(), "seed": 0, "engine": "serial", "software": "wijkstem", "parameters": "{}", "input_hash": "0" * 64}  # fmt: skip
    with house.engine.begin() as connection:
        connection.execute(insert(RUN).values(**run, n_in=300, n_themed=300, n_rest=0, n_excluded=0))
        labels = [("veilig", LAMPS, "Verlichting in het park"), ("veilig", BEDS, "Banken naast de container"), ("veilig", YOUTH, "Plek voor jongeren"), ("veilig", MAN, "De buurman op nummer 14"), ("wonen", "overlast", "Overlast"), ("wonen", "groen", "Meer groen")]  # fmt: skip
        connection.execute(insert(THEME), [{"run_id": "b1", "pillar": pillar, "key": key, "label": label, "n": 1, "people": 1, "stability": 0.8} for pillar, key, label in labels])  # fmt: skip
    for theme, pillar, n in ((LAMPS, "veilig", 40), (BEDS, "veilig", 30), (YOUTH, "veilig", 12), (MAN, "veilig", 3), ("overlast", "wonen", 60), ("groen", "wonen", 45)):  # fmt: skip
        people_said(house, theme, pillar, n)
    for theme, pillar, n in ((LAMPS, "veilig", 25), (BEDS, "veilig", 20), ("overlast", "wonen", 16), ("groen", "wonen", 15)):
        people_said(house, theme, pillar, n, stream="open_link")
    for theme, pillar, n in ((LAMPS, "veilig", 19), (BEDS, "veilig", 13), ("overlast", "wonen", 11), ("groen", "wonen", 12)):
        people_said(house, theme, pillar, n, stream="desk", source="wijkgesprek")
    return house


def settle(house: OpenHouse, *themes: str) -> None:
    with house.engine.begin() as connection:
        for theme in themes:
            connection.execute(insert(ACT).values(at=house.settings.clock(), actor="Een analyst", kind="settle", pillar="veilig", theme=theme, payload={}, undone_by=""))  # fmt: skip


def looked_at(house: OpenHouse, statement_id: str, words: str = SAYS, *, said: str = "") -> None:
    """A person decided what may be read of it."""
    said = said or words
    with house.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == statement_id).values(text=said))
        settled = {"settled_by": "Een analyst", "settled_at": house.settings.clock(), "spans": [], "state": "accepted"}
        connection.execute(insert(REDACTION).values(statement_id=statement_id, source_hash=hashlib.sha256(said.encode()).hexdigest(), text=words, **settled))  # fmt: skip


def clears(house: OpenHouse, statement_id: str, *, status: int = 303, act: str = "vrij", role: str = "analyst") -> Resident:
    return house.colleague(role).sends(QUOTED, {"token": house.token(role), "uitspraak": statement_id, "actie": act}, status=status)


def cleared(house: OpenHouse, statement_id: str = "s-bank-ss001") -> str:
    looked_at(house, statement_id)
    clears(house, statement_id)
    return statement_id


def fields(house: OpenHouse, role: str = "office", **more: Any) -> dict[str, Any]:
    return {"token": house.token(role), "id": "f" + "2" * 14, "thema": f"veilig/{LAMPS}"} | TOLD | more


def states(house: OpenHouse, role: str = "office", *, status: int = 303, **more: Any) -> Resident:
    return house.colleague(role).sends(NEW, fields(house, role, **more), status=status)


def finding_id(house: OpenHouse) -> str:
    (row,) = house.rows("finding")
    return str(row["id"])


def moves(house: OpenHouse, act: str, *, status: int = 303, role: str = "office") -> Resident:
    (row,) = house.rows("finding")
    fields = {"token": house.token(role), "actie": act, "revisie": str(row["revision"])}
    return house.colleague(role).sends(f"{LIST}/{row['id']}/stand", fields, status=status)


def published(house: OpenHouse, **more: Any) -> str:
    settle(house, LAMPS)
    states(house, **more)
    moves(house, "nagekeken")
    moves(house, "publiceren")
    return finding_id(house)


# ------------------------------------------------------------------------------------------- stating


def test_one_form_sent_twelve_times_at_once_is_one_finding(heard: OpenHouse) -> None:
    cleared(heard)
    sent = fields(heard, citaat="s-bank-ss001")
    offices = [heard.colleague("office") for _ in range(12)]
    with ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda office: office.browser.post(NEW, data=sent), offices))
    assert [(answer.status_code, answer.headers.get("location")) for answer in answers] == [
        (303, f"{LIST}/{sent['id']}?gedaan=bewaard")
    ] * 12
    assert [row["id"] for row in heard.rows("finding")] == [sent["id"]]
    assert [row["kind"] for row in heard.rows("evidence")].count("quote") == 1
    assert [row["action"] for row in heard.rows("audit")].count("finding stated") == 1


def test_an_analyst_states_a_finding_from_the_form_and_it_freezes_its_figures(heard: OpenHouse) -> None:
    cleared(heard)
    analyst = heard.colleague("analyst").opens(LIST).follows(NEW)
    analyst.fills(
        {"thema": f"veilig/{LAMPS}", "citaat": "s-bank-ss001", **{name: value for name, value in TOLD.items() if name != "tekst"}}
    )
    analyst.fills(tekst=TOLD["tekst"])
    analyst.sends(NEW, analyst.typed, status=303)
    assert analyst.page.heading == TOLD["titel"]
    (row,) = heard.rows("finding")
    assert (row["status"], row["goal"], row["area"], row["text"]) == (
        "draft",
        10,
        "wielwijk",
        "Het is 's avonds donker.\n\nDat zeggen velen.",
    )
    theme, quote = sorted(heard.rows("evidence"), key=lambda piece: piece["kind"] == "quote")
    frozen = {name: theme["figures"][name] for name in ("n", "base", "open_link", "contributions", "run_on")}
    assert frozen == {"n": 40, "base": 190, "open_link": 25, "contributions": 19, "run_on": "2026-11-02"}
    assert (theme["label"], round(theme["figures"]["share"], 3)) == ("Verlichting in het park", 0.211)
    assert (quote["text"], quote["statement_id"], quote["label"]) == (SAYS, "s-bank-ss001", "Banken naast de container")
    assert "40 van 190" in analyst.page.text
    assert "16 % tot 27 %" in analyst.page.text.replace("\u00a0", " ")
    assert [(row["action"], row["object"]) for row in heard.rows("audit")][-1] == ("finding stated", row["id"])


def test_the_form_offers_settled_themes_first_and_never_the_theme_of_three_people(heard: OpenHouse) -> None:
    settle(heard, BEDS)
    office = heard.colleague("office").opens(NEW)
    assert office.options("thema") == ["wonen/overlast", "wonen/groen", f"veilig/{BEDS}", f"veilig/{LAMPS}"]
    assert "buurman" not in office.page.html
    assert "2 thema's staan er niet bij" in office.page.text
    assert text_of(office.page.by_id("thema")).count("nog niet vastgesteld") == 3


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("titel", "  ", "Schrijf in één zin wat u zag"),
        ("titel", "x" * 161, "hoogstens 160 tekens"),
        ("tekst", "", "Schrijf op wat dit betekent"),
        ("tekst", "x" * 4001, "hoogstens 4000 tekens"),
        ("pijler", "bestaatniet", "Kies een pijler"),
        ("doel", "1", "Dit doel hoort bij een andere pijler"),
        ("doel", "alles", "Dit doel hoort bij een andere pijler"),
        ("gebied", "rotterdam", "Kies een wijk"),
        ("thema", [], "Kies ten minste één thema of citaat"),
        ("thema", f"veilig/{MAN}", "te weinig mensen noemen het"),
        ("thema", "veilig/rest", "te weinig mensen noemen het"),
        ("thema", "verzonnen", "te weinig mensen noemen het"),
        ("bewijs", "e123", "staat niet in de laatste analyse"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field_and_the_typed_text_stays(heard: OpenHouse, field: str, typed: Any, says: str) -> None:
    office = states(heard, status=422, **{field: typed})
    beside = "thema" if field == "bewijs" else field
    assert says in office.page.wrongs[beside]
    assert list(office.page.wrongs) == [beside]
    assert heard.rows("finding") == heard.rows("evidence") == []
    if field != "titel":
        assert office.sees("titel") == [TOLD["titel"]]
    assert [row["action"] for row in heard.rows("audit")] == []


def test_the_button_pressed_twice_states_one_finding(heard: OpenHouse) -> None:
    states(heard)
    states(heard)
    assert (len(heard.rows("finding")), len(heard.rows("evidence"))) == (1, 1)


# ------------------------------------------------------------------------------------------- quotes


def test_words_that_nobody_looked_at_are_not_cleared_and_the_page_leads_to_the_queue(heard: OpenHouse) -> None:
    analyst = clears(heard, "s-bank-ss001", status=409)
    assert "Kijk dit antwoord eerst na" in analyst.page.text
    assert "/bevindingen/nakijken" in [link.get("href") for link in analyst.page.all("a")]
    assert heard.rows("quote") == []


def test_a_quote_is_what_may_be_read_and_not_what_was_said(heard: OpenHouse) -> None:
    looked_at(heard, "s-bank-ss001", "Bel [telefoon], vraag naar [naam].", said="Bel 06-12345678, vraag naar Fatma.")
    clears(heard, "s-bank-ss001")
    (quote,) = heard.rows("quote")
    assert (quote["text"], quote["cleared_by"]) == ("Bel [telefoon], vraag naar [naam].", "Een analyst")
    states(heard, citaat="s-bank-ss001")
    for role in ("office", "analyst", "auditor", "admin"):
        html = heard.colleague(role).opens(f"{LIST}/{finding_id(heard)}").page.html
        assert ("[naam]" in html, "Fatma" in html, "12345678" in html) == (True, False, False)
    assert [leak for row in heard.rows("audit") for leak in ("Fatma", "12345678") if leak in str(row)] == []


def test_who_is_one_of_three_is_never_quoted(heard: OpenHouse) -> None:
    looked_at(heard, "s-buur-ss001")
    assert "Te weinig mensen noemen het thema" in clears(heard, "s-buur-ss001", status=409).page.text
    assert heard.rows("quote") == []


def test_a_statement_in_no_theme_or_that_does_not_exist_is_not_cleared(heard: OpenHouse) -> None:
    assert clears(heard, "s-verzonnen", status=404).status == 404
    with heard.engine.begin() as connection:
        connection.execute(PLACEMENT.delete().where(PLACEMENT.c.statement_id == "s-bank-ss001"))
    looked_at(heard, "s-bank-ss001")
    assert "staat in geen enkel thema" in clears(heard, "s-bank-ss001", status=409).page.text


@pytest.mark.parametrize("role", ["office", "auditor", "partner", "transcriber"])
def test_only_who_may_read_rows_clears_a_quote(heard: OpenHouse, role: str) -> None:
    looked_at(heard, "s-bank-ss001")
    clears(heard, "s-bank-ss001", role=role, status=403)
    assert heard.rows("quote") == []


@pytest.mark.parametrize("forged", ["s-bank-ss002", "s-verzonnen"])
def test_a_forged_quote_is_refused_beside_its_field(heard: OpenHouse, forged: str) -> None:
    cleared(heard)
    office = states(heard, status=422, citaat=forged)
    assert "niet vrijgegeven" in office.page.wrongs["citaat"]
    assert heard.rows("finding") == []


def test_a_quote_whose_words_changed_is_no_longer_told_anywhere(heard: OpenHouse) -> None:
    quote = cleared(heard)
    states(heard, citaat=quote)
    with heard.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == quote).values(text="Iets heel anders."))
    place = f"{LIST}/{finding_id(heard)}"
    for role in ("office", "analyst", "auditor"):
        page = heard.colleague(role).opens(place).page
        assert "Het is niet meer vrijgegeven" in page.text
        assert SAYS not in page.html
    office = heard.colleague("office").opens(f"{place}/bewerken")
    assert SAYS not in office.page.html
    office.sends(f"{place}/bewerken", office.typed, status=422)
    assert office.page.messages == ["Een citaat is niet meer vrijgegeven: de woorden, of wat ervan gelezen mag worden, zijn veranderd."]
    kept = [(name, value) for name, value in office.typed if (name, value) != ("bewijs", next(row["id"] for row in heard.rows("evidence") if row["kind"] == "quote"))]  # fmt: skip
    office.sends(f"{place}/bewerken", kept, status=303)
    assert [row["kind"] for row in heard.rows("evidence")] == ["theme"]


@pytest.mark.parametrize("table", ["quote", "evidence"])
def test_words_that_somebody_edited_behind_our_back_are_not_published(heard: OpenHouse, table: str) -> None:
    settle(heard, LAMPS)
    quote = cleared(heard)
    states(heard, citaat=quote)
    moves(heard, "nagekeken")
    with heard.engine.begin() as connection:
        changed = QUOTE if table == "quote" else STATEMENT.metadata.tables["evidence"]
        connection.execute(update(changed).where(changed.c.statement_id == quote).values(text=f"{SAYS}!"))
    assert "Een citaat is niet meer vrijgegeven" in moves(heard, "publiceren", status=409).page.text
    assert heard.rows("finding")[0]["status"] == "reviewed"


def test_a_quote_is_taken_back_unless_a_published_finding_holds_it(heard: OpenHouse) -> None:
    quote = cleared(heard)
    published(heard, citaat=quote)
    assert "Trek die bevinding eerst terug" in clears(heard, quote, act="terug", status=409).page.text
    assert len(heard.rows("quote")) == 1
    moves(heard, "terugtrekken")
    clears(heard, quote, act="terug")
    assert heard.rows("quote") == []


# ------------------------------------------------------------------------------------------- how far it is


def test_a_finding_goes_from_draft_to_published_and_a_partner_reads_it_then(heard: OpenHouse) -> None:
    partner = heard.colleague("partner")
    settle(heard, LAMPS)
    states(heard)
    place = f"{LIST}/{finding_id(heard)}"
    for act in ("nagekeken", "publiceren"):
        assert partner.asks("GET", place).status_code == 404
        assert TOLD["titel"] not in partner.opens(LIST).page.html
        moves(heard, act)
    partner.opens(LIST).follows(place)
    assert "40 van 190" in partner.page.text
    assert "Een office" not in partner.page.text.replace("Een office, partner", "")
    (row,) = heard.rows("finding")
    assert (row["published_on"], row["published_by"], row["reviewed_by"], row["revision"]) == (
        date(2026, 11, 2),
        "Een office",
        "Een office",
        3,
    )
    assert [row["action"] for row in heard.rows("audit") if row["result"] == "ok"] == [
        "finding stated",
        "finding reviewed",
        "finding published",
    ]
    moves(heard, "terugtrekken")
    assert partner.asks("GET", place).status_code == 404
    assert heard.rows("finding")[0]["published_on"] is None


def test_a_theme_that_nobody_settled_is_not_published(heard: OpenHouse) -> None:
    states(heard, thema=[f"veilig/{LAMPS}", f"veilig/{BEDS}"])
    moves(heard, "nagekeken")
    settle(heard, LAMPS)
    office = moves(heard, "publiceren", status=409)
    assert "Niet elk thema is vastgesteld" in office.page.text
    assert [button.get("value") for button in office.page.one("main").iter("button")] == ["concept"]
    settle(heard, BEDS)
    moves(heard, "publiceren")
    assert heard.rows("finding")[0]["status"] == "published"


def test_what_was_not_reviewed_is_not_published(heard: OpenHouse) -> None:
    settle(heard, LAMPS)
    states(heard)
    moves(heard, "publiceren", status=409)
    assert heard.rows("finding")[0]["status"] == "draft"


def test_a_change_makes_a_reviewed_finding_a_draft_again_and_keeps_the_figures_of_then(heard: OpenHouse) -> None:
    states(heard)
    moves(heard, "nagekeken")
    before = heard.rows("evidence")
    people_said(heard, "later", "veilig", 12)
    office = heard.colleague("office").opens(f"{LIST}/{finding_id(heard)}").follows(f"{LIST}/{finding_id(heard)}/bewerken")
    office.fills(titel="Mensen willen veel meer licht").sends(f"{LIST}/{finding_id(heard)}/bewerken", office.typed, status=303)
    (row,) = heard.rows("finding")
    assert (row["title"], row["status"], row["reviewed_by"], row["revision"]) == ("Mensen willen veel meer licht", "draft", "", 3)
    assert heard.rows("evidence") == before


def test_a_published_finding_is_taken_back_before_it_changes(heard: OpenHouse) -> None:
    place = f"{LIST}/{published(heard)}/bewerken"
    before = heard.rows("finding")
    office = heard.colleague("office")
    assert office.asks("GET", place).status_code == 409
    office.sends(place, fields(heard, revisie="3", titel="Stiekem anders"), status=409)
    assert "Trek haar eerst terug" in office.page.text
    assert heard.rows("finding") == before


def test_two_people_at_once_see_both_texts_and_the_second_decides(heard: OpenHouse) -> None:
    states(heard)
    place = f"{LIST}/{finding_id(heard)}/bewerken"
    mine, yours = heard.colleague("office").opens(place), heard.colleague("analyst").opens(place)
    yours.fills(titel="Haar titel").sends(place, yours.typed, status=303)
    mine.fills(titel="Mijn titel").sends(place, mine.typed, status=409)
    assert mine.sees("titel") == ["Mijn titel"]
    assert "Haar titel" in text_of(mine.page.one("aside"))
    assert heard.rows("finding")[0]["title"] == "Haar titel"
    mine.sends(place, mine.typed, status=303)
    assert (heard.rows("finding")[0]["title"], heard.rows("finding")[0]["revision"]) == ("Mijn titel", 3)


def test_a_step_on_a_page_that_is_old_says_so(heard: OpenHouse) -> None:
    states(heard)
    old = {"token": heard.token("office"), "actie": "nagekeken", "revisie": "7"}
    office = heard.colleague("office").sends(f"{LIST}/{finding_id(heard)}/stand", old, status=409)
    assert "Iemand anders heeft deze bevinding net veranderd" in office.page.text
    assert heard.rows("finding")[0]["status"] == "draft"


# ------------------------------------------------------------------------------------------- who may


@pytest.mark.parametrize("role", ["auditor", "partner", "translator"])
def test_who_only_looks_cannot_state_change_or_publish(heard: OpenHouse, role: str) -> None:
    states(heard)
    colleague, token, place = heard.colleague(role), heard.token(role), f"{LIST}/{finding_id(heard)}"
    before = heard.rows("finding")
    for address in (NEW, f"{place}/bewerken", f"{place}/stand"):
        colleague.sends(address, fields(heard, role) | {"token": token, "actie": "nagekeken", "revisie": "1"}, status=403)
    for address in (NEW, f"{place}/bewerken"):
        assert colleague.asks("GET", address).status_code == 403
    assert heard.rows("finding") == before
    assert heard.resident().asks("GET", place).headers["location"] == f"/inloggen?naar={place}"


def test_an_auditor_sees_drafts_and_no_buttons(heard: OpenHouse) -> None:
    states(heard)
    auditor = heard.colleague("auditor").opens(LIST).follows(f"{LIST}/{finding_id(heard)}")
    assert list(auditor.page.one("main").iter("button")) == []
    assert "Concept" in auditor.page.text


def test_three_people_are_never_counted_on_any_page(heard: OpenHouse) -> None:
    states(heard, thema=[f"veilig/{LAMPS}", f"veilig/{BEDS}"])
    for role in ("office", "analyst", "auditor"):
        for address in (LIST, f"{LIST}/{finding_id(heard)}"):
            assert "buurman" not in heard.colleague(role).opens(address).page.html


def test_a_list_of_many_findings_asks_the_database_as_often_as_one_of_few(heard: OpenHouse) -> None:
    states(heard)
    office, asked = heard.colleague("office"), []
    for nth in (0, 8):
        with heard.engine.begin() as connection:
            for extra in range(nth):
                row = heard.rows("finding")[0] | {"id": f"f{extra:014}"}
                connection.execute(insert(FINDING).values(**row))
        with heard.statements() as said:
            office.opens(LIST)
        asked.append(len(said))
    assert asked[0] == asked[1]


def test_without_an_analysis_the_form_says_what_to_do(house: OpenHouse) -> None:
    office = house.colleague("office").opens(LIST).follows(NEW)
    assert "/bevindingen" in [link.get("href") for link in office.page.one("main").iter("a")]
    office.sends(NEW, fields(house), status=422)
    assert "te weinig mensen noemen het" in office.page.text


def test_figures_of_a_house_with_no_sample_have_no_share(heard: OpenHouse) -> None:
    with heard.engine.begin() as connection:
        connection.execute(update(RESPONSE).values(stream="open_link"))
        connection.execute(update(STATEMENT).where(STATEMENT.c.source == "survey").values(stream="open_link"))
    states(heard)
    page = heard.colleague("office").opens(f"{LIST}/{finding_id(heard)}").page
    assert page.all("svg", class_="bar") == []
    assert "65" in [text_of(cell) for cell in page.all("td")]
