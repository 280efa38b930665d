"""What people decide about themes: folded in order, checked against each other, and still there after the next run."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from houses import OpenHouse
from people import Resident, text_of
from spoken import MOULD, MOULDY, NOISE, NOISY, PARKED, RENT, RENTED, a_street, address, residents_say, run
from sqlalchemy import delete, insert

from app.acts import Act, fold
from app.findings.deciding import changed_since, seen_of
from app.findings.runs import newest_run
from app.findings.themes import ThemesNow, themes_now
from app.models.tables import CODEBOOK_VERSION, STATEMENT

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
LIST = "/bevindingen/themas"


def act(id_: int, kind: str, theme: str, *, by: str = "Noor", undone_by: str = "", **payload: object) -> Act:
    undone = NOW + timedelta(minutes=id_) if undone_by else None
    return Act(id_, NOW, by, kind, "wonen", theme, None, payload, undone, undone_by)


# ---------------------------------------------------------------- folding


def test_acts_count_in_their_order_and_undone_acts_do_not() -> None:
    found = fold(
        [act(1, "rename", "a", label="Eerst"), act(2, "rename", "a", label="Dan"), act(3, "rename", "a", label="Nee", undone_by="Noor")]
    )
    assert found.labels == {("wonen", "a"): "Dan"}


def test_a_merge_takes_along_what_was_merged_before() -> None:
    found = fold([act(1, "merge", "a", into="b"), act(2, "merge", "b", into="c")])
    assert [found.place_of(("wonen", theme)) for theme in "abc"] == [("wonen", "c")] * 3


@pytest.mark.parametrize("round_", [[("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a")]])
def test_a_merge_that_goes_round_is_passed_over(round_: list[tuple[str, str]]) -> None:
    found = fold([act(nth, "merge", theme, into=into) for nth, (theme, into) in enumerate(round_, start=1)])
    assert len(found.merged) == len(round_) - 1
    last = round_[-1][0]
    assert [found.place_of(("wonen", theme)) for theme, _ in round_] == [("wonen", last)] * len(round_)


@pytest.mark.parametrize(
    "after",
    [
        act(2, "rename", "a", label="Anders"),
        act(2, "merge", "a", into="b"),
        act(2, "merge", "b", into="a"),
        act(2, "settle", "a", settled=False),
    ],
)
def test_a_theme_that_changes_is_no_longer_settled(after: Act) -> None:
    settled = act(1, "settle", "a", settled=True)
    assert fold([settled]).settled == {("wonen", "a"): settled}
    assert fold([settled, after]).settled == {}
    moved = Act(2, NOW, "Noor", "move", "wonen", "a", "s1", {"pillar": "wonen", "theme": "b"})
    assert fold([settled, moved]).settled == {("wonen", "a"): settled}


def test_a_page_learns_what_others_did_since_it_was_shown_and_nothing_of_its_own() -> None:
    before = [act(1, "rename", "a", label="x"), act(2, "settle", "a", settled=True)]
    seen = seen_of(before)
    assert seen == "2.0"
    assert changed_since(before, seen, "Joost", lambda _: True) == ()
    mine, theirs = act(3, "rename", "a", by="Joost", label="y"), act(4, "rename", "a", label="z")
    assert changed_since([*before, mine, theirs], seen, "Joost", lambda _: True) == (theirs,)
    undone = [before[0], act(2, "settle", "a", settled=True, undone_by="Noor")]
    assert changed_since(undone, seen, "Joost", lambda _: True) == (undone[1],)
    assert changed_since(undone, seen_of(undone), "Joost", lambda _: True) == ()
    for unread in ("", "x", "-1.0", "٢.0", "9" * 20):
        assert changed_since(before, unread, "Joost", lambda _: True) == tuple(before)


# ---------------------------------------------------------------- a run after the acts


@pytest.fixture
def street(house: OpenHouse) -> OpenHouse:
    """A run over what a street said."""
    a_street(house)
    run(house)
    return house


@pytest.fixture
def analyst(street: OpenHouse) -> Resident:
    return street.colleague("analyst")


def now_in(house: OpenHouse) -> ThemesNow:
    with house.engine.connect() as connection:
        return themes_now(connection, newest_run(connection, ""))


def labels_in(house: OpenHouse) -> dict[tuple[str, str], str]:
    return {theme.place: theme.label for theme in now_in(house).themes if theme.n}


def ids_in(house: OpenHouse, place: tuple[str, str]) -> list[str]:
    return sorted(id_ for id_, where in now_in(house).place_of.items() if where == place)


def moves(analyst: Resident, place: tuple[str, str], statement: str, to: str) -> Resident:
    analyst.opens(f"{address(place)}?uitspraak={statement}")
    return analyst.fills({"naar": to}).sends(f"{address(place)}/verplaats", analyst.typed, status=303)


def renames(analyst: Resident, place: tuple[str, str], label: str, *, status: int = 303) -> Resident:
    analyst.opens(address(place)).fills(label=label)
    return analyst.sends(f"{address(place)}/naam", analyst.typed, status=status)


def merges(analyst: Resident, place: tuple[str, str], into: str, *, status: int = 303) -> Resident:
    analyst.opens(address(place)).fills({"in": into})
    return analyst.sends(f"{address(place)}/samenvoegen", analyst.typed, status=status)


def test_what_people_decided_is_still_so_after_the_next_run(street: OpenHouse, analyst: Resident) -> None:
    renames(analyst, MOULDY, "Schimmel in de slaapkamer")
    merges(analyst, RENTED, PARKED[1])
    moved = ids_in(street, NOISY)[0]
    moves(analyst, NOISY, moved, "/".join(MOULDY))
    analyst.opens(address(MOULDY)).presses("vast")
    before = now_in(street)
    new = residents_say(street, f"{MOULD} vandaag", f"{RENT} vandaag", f"{NOISE} vandaag")
    run(street)
    after = now_in(street)
    assert after.run.id != before.run.id
    assert {theme.place: theme.label for theme in after.themes if theme.n} == {
        MOULDY: "Schimmel in de slaapkamer",
        PARKED: "Parkeren, straten en bereikbaarheid",
        NOISY: "Geluid en overlast van buren",
    }
    assert [after.place_of[id_] for id_ in new] == [MOULDY, PARKED, NOISY]
    assert after.place_of[moved] == MOULDY
    settled = after.theme(*MOULDY)
    assert settled is not None
    assert (settled.settled, settled.settled_by, settled.renamed, settled.n) == (True, "Een analyst", True, 37)
    placed = {row["statement_id"]: (row["pillar"], row["theme"]) for row in street.rows("placement") if row["run_id"] == after.run.id}
    assert placed[moved] == MOULDY, "it went into the analysis as settled"
    assert after.ledger == {"n_in": 76, "n_themed": 76, "n_rest": 0, "n_excluded": 0}


def test_an_answer_that_was_put_with_the_rest_stays_there(street: OpenHouse, analyst: Resident) -> None:
    moved = ids_in(street, MOULDY)[0]
    moves(analyst, MOULDY, moved, "wonen/rest")
    assert now_in(street).ledger == {"n_in": 73, "n_themed": 72, "n_rest": 1, "n_excluded": 0}
    run(street)
    assert now_in(street).place_of[moved] == ("wonen", "rest")
    analyst.opens(address(("wonen", "rest")))
    assert analyst.page.heading == "Rest"
    assert "Een analyst" in analyst.page.text


def test_the_same_statements_and_acts_give_the_same_run_and_an_act_another(street: OpenHouse, analyst: Resident) -> None:
    def found() -> tuple[str, list[tuple[Any, ...]]]:
        id_ = run(street)
        hashed = {row["id"]: row["input_hash"] for row in street.rows("run")}[id_]
        rows = [row for row in street.rows("placement") if row["run_id"] == id_]
        return hashed, [tuple(value for name, value in row.items() if name != "run_id") for row in rows]

    first = found()
    assert found() == first
    moves(analyst, NOISY, ids_in(street, NOISY)[0], "/".join(MOULDY))
    moved = found()
    assert moved[0] != first[0]
    assert moved[1] != first[1]
    assert found() == moved


def test_an_act_on_a_theme_that_is_gone_is_kept_and_listed(street: OpenHouse, analyst: Resident) -> None:
    renames(analyst, NOISY, "Herrie")
    with street.engine.begin() as connection:
        connection.execute(delete(STATEMENT).where(STATEMENT.c.text.startswith(NOISE)))
    run(street)
    analyst.opens(LIST)
    assert "Besluiten over een thema dat nu niet voorkomt" in analyst.page.text
    assert "noemde “Geluid en overlast van buren” voortaan “Herrie”" in analyst.page.text
    residents_say(street, NOISE)
    run(street)
    assert labels_in(street)[NOISY] == "Herrie"
    assert "Besluiten over een thema" not in analyst.opens(LIST).page.text


# ---------------------------------------------------------------- at the same time


def test_a_theme_cannot_be_merged_with_itself_or_in_a_circle(street: OpenHouse, analyst: Resident) -> None:
    token = street.token("analyst")
    forged = {"token": token, "seen": "0.0", "in": MOULDY[1]}
    analyst.sends(f"{address(MOULDY)}/samenvoegen", forged, status=422)
    assert "Een thema kan niet met zichzelf worden samengevoegd. Kies een ander thema." in analyst.page.messages
    merges(analyst, RENTED, MOULDY[1])
    analyst.sends(f"{address(MOULDY)}/samenvoegen", forged | {"in": RENTED[1], "seen": "9.0"}, status=422)
    assert "Dat thema is al in dit thema opgegaan. Kies een ander thema." in analyst.page.messages
    assert [row["kind"] for row in street.rows("act")] == ["merge"]


def test_who_decides_on_a_page_that_is_out_of_date_reads_what_changed(street: OpenHouse, analyst: Resident) -> None:
    colleague = street.colleague("admin").opens(address(MOULDY)).fills(label="Vocht")
    renames(analyst, MOULDY, "Schimmel")
    colleague.sends(f"{address(MOULDY)}/naam", colleague.typed, status=409)
    assert colleague.page.heading == "Er is intussen iets veranderd"
    assert "Een analyst noemde “Vocht en schimmel” voortaan “Schimmel”" in colleague.page.text
    assert labels_in(street)[MOULDY] == "Schimmel"
    colleague.follows(address(MOULDY)).fills(label="Vocht")
    colleague.sends(f"{address(MOULDY)}/naam", colleague.typed, status=303)
    assert labels_in(street)[MOULDY] == "Vocht"


def test_two_people_may_move_different_answers_at_once_but_not_the_same(street: OpenHouse, analyst: Resident) -> None:
    first, second, _ = ids_in(street, NOISY)
    colleague = street.colleague("admin")
    colleague.opens(f"{address(NOISY)}?uitspraak={second}").fills(naar="wonen/rest")
    again = street.colleague("admin")
    again.opens(f"{address(NOISY)}?uitspraak={first}").fills(naar="wonen/rest")
    moves(analyst, NOISY, first, "/".join(MOULDY))
    colleague.sends(f"{address(NOISY)}/verplaats", colleague.typed, status=303)
    again.sends(f"{address(NOISY)}/verplaats", again.typed, status=409)
    assert "verplaatste een antwoord van “Geluid en overlast van buren” naar “Vocht en schimmel”" in again.page.text
    assert [now_in(street).place_of[id_] for id_ in (first, second)] == [MOULDY, ("wonen", "rest")]


def test_who_settles_a_theme_that_was_merged_away_reads_that(street: OpenHouse, analyst: Resident) -> None:
    colleague = street.colleague("admin").opens(address(RENTED))
    merges(analyst, RENTED, MOULDY[1])
    colleague.presses("vast", status=409)
    assert "Een analyst voegde “Betaalbaar en passend wonen” samen met “Vocht en schimmel”" in colleague.page.text
    assert colleague.opens(address(RENTED), status=404).status == 404


def test_of_two_who_settle_at_the_same_moment_one_wins_and_the_other_reads_who(street: OpenHouse) -> None:
    people = [street.colleague("analyst"), street.colleague("admin")]
    for person in people:
        person.opens(address(MOULDY))
    ready = threading.Barrier(2)
    answers: dict[str, tuple[int, str]] = {}

    def settles(person: Resident, name: str) -> None:
        form = next(form for form in person.page.all("form") if form.get("action") == f"{address(MOULDY)}/vast")
        fields = dict(person.page.fields(form)) | {"actie": "vast"}
        ready.wait()
        answer = person.browser.post(f"{address(MOULDY)}/vast", data=fields)
        answers[name] = answer.status_code, answer.text

    threads = [threading.Thread(target=settles, args=(person, role)) for person, role in zip(people, ("analyst", "admin"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers.values()) == [303, 409]
    (made,) = street.rows("act")
    loser = next(text for status, text in answers.values() if status == 409)
    assert made["actor"] in loser
    assert [row["action"] for row in street.rows("audit")] == ["theme settle"]


# ---------------------------------------------------------------- undone


def test_the_last_decision_is_undone_by_whoever_saw_it(street: OpenHouse, analyst: Resident) -> None:
    renames(analyst, MOULDY, "Eerst")
    renames(analyst, MOULDY, "Dan")
    colleague = street.colleague("admin").opens(LIST)
    assert "Een analyst noemde “Eerst” voortaan “Dan”" in colleague.page.text
    colleague.sends(f"{LIST}/ongedaan", colleague.typed, status=303)
    assert labels_in(street)[MOULDY] == "Eerst"
    assert [(row["payload"]["label"], row["undone_by"]) for row in street.rows("act")] == [("Eerst", ""), ("Dan", "Een admin")]
    colleague.sends(f"{LIST}/ongedaan", colleague.typed, status=303)
    assert labels_in(street)[MOULDY] == "Vocht en schimmel"
    assert "Laatste besluit" not in colleague.opens(LIST).page.text


def test_any_decision_is_undone_while_no_later_one_goes_on_from_it(street: OpenHouse, analyst: Resident) -> None:
    renames(analyst, MOULDY, "Eerst")
    colleague = street.colleague("admin").opens(LIST)
    renames(analyst, PARKED, "Auto's kwijt")
    colleague.sends(f"{LIST}/ongedaan", colleague.typed, status=303)
    assert (labels_in(street)[MOULDY], labels_in(street)[PARKED]) == ("Vocht en schimmel", "Auto's kwijt")
    merges(analyst, PARKED, MOULDY[1])
    second = next(str(row["id"]) for row in street.rows("act") if row["theme"] == PARKED[1])
    colleague.sends(f"{LIST}/ongedaan", {"token": street.token("admin"), "besluit": second}, status=409)
    assert colleague.page.heading == "Dit kan nu niet"
    assert "Een analyst voegde “Auto's kwijt” samen met “Vocht en schimmel”" in colleague.page.text
    assert PARKED not in labels_in(street)


def test_a_decision_that_a_colleague_undid_already_is_told_and_not_undone_twice(street: OpenHouse, analyst: Resident) -> None:
    renames(analyst, MOULDY, "Eerst")
    colleague = street.colleague("admin").opens(LIST)
    analyst.opens(LIST).presses("Maak ongedaan")
    colleague.sends(f"{LIST}/ongedaan", colleague.typed, status=409)
    assert "Een analyst maakte dat ongedaan." in colleague.page.text
    assert [row["undone_by"] for row in street.rows("act")] == ["Een analyst"]


def test_settling_is_taken_back(street: OpenHouse, analyst: Resident) -> None:
    analyst.opens(address(MOULDY)).presses("vast")
    assert "Vastgesteld door Een analyst" in text_of(analyst.page.one("main"))
    analyst.presses("terug")
    assert "Nog niet vastgesteld" in analyst.page.text
    assert [row["payload"]["settled"] for row in street.rows("act")] == [True, False]


# ---------------------------------------------------------------- new, split and out of use


def splits(analyst: Resident, place: tuple[str, str], statements: list[str], name: str, *, status: int = 303) -> Resident:
    analyst.opens(address(place)).fills(uitspraak=statements, naam=name)
    return analyst.sends(f"{address(place)}/splitsen", analyst.typed, status=status)


def test_a_theme_is_split_by_ticking_answers_and_stays_so_after_the_next_run(street: OpenHouse, analyst: Resident) -> None:
    ticked = ids_in(street, MOULDY)[:2]
    analyst.opens(address(MOULDY)).presses("vast")
    splits(analyst, MOULDY, ticked, "Zwarte plekken")
    assert analyst.page.heading == "Zwarte plekken"
    plekken = now_in(street).place_of[ticked[0]]
    assert ids_in(street, plekken) == ticked
    assert len(ids_in(street, MOULDY)) == 33
    assert now_in(street).decisions.settled == {}, "a theme that lost answers is no longer what somebody settled"
    run(street)
    assert labels_in(street)[plekken] == "Zwarte plekken"
    after = ids_in(street, plekken)
    assert set(ticked) <= set(after)
    assert {"nummer" in row["text"] for row in street.rows("statement") if row["id"] in after} == {True}, "others with the word they share"
    assert len(ids_in(street, MOULDY)) == 35 - len(after) >= 21
    assert [row["action"] for row in street.rows("audit")] == ["theme settle", "theme split"]


def test_answers_of_the_rest_become_a_theme(street: OpenHouse, analyst: Resident) -> None:
    ids = ids_in(street, NOISY)
    for id_ in ids:
        moves(analyst, NOISY, id_, "veilig/rest")
    splits(analyst, ("veilig", "rest"), ids[:2], "Feesten")
    assert {now_in(street).place_of[id_] for id_ in ids} == {("veilig", "feesten"), ("veilig", "rest")}


def test_a_split_without_ticks_or_name_says_what_is_missing_and_keeps_the_ticks(street: OpenHouse, analyst: Resident) -> None:
    ticked = ids_in(street, MOULDY)[:2]
    splits(analyst, MOULDY, [], "Plekken", status=422)
    assert analyst.page.messages == ["Vink eerst de antwoorden aan die bij het nieuwe thema horen."]
    for name in ("", "x" * 10_000, "Parkeren, straten en bereikbaarheid"):
        splits(analyst, MOULDY, ticked, name, status=422)
        assert sorted(str(box.get("value")) for box in analyst.page.all("input", name="uitspraak", checked="")) == ticked
    forged = {"token": street.token("analyst"), "seen": "0.0", "naam": "x"}
    analyst.sends(f"{address(MOULDY)}/splitsen", [*forged.items(), ("uitspraak", "s9"), ("uitspraak", ticked[0])], status=404)
    assert street.rows("act") == []


def test_an_answer_that_a_colleague_moved_is_not_split_off(street: OpenHouse, analyst: Resident) -> None:
    ticked = ids_in(street, MOULDY)[:2]
    colleague = street.colleague("admin").opens(address(MOULDY)).fills(uitspraak=ticked, naam="Plekken")
    moves(analyst, MOULDY, ticked[0], "/".join(PARKED))
    colleague.sends(f"{address(MOULDY)}/splitsen", colleague.typed, status=409)
    assert now_in(street).place_of[ticked[0]] == PARKED


def test_a_theme_that_is_out_of_use_is_the_rest_of_its_pillar_until_that_is_undone(street: OpenHouse, analyst: Resident) -> None:
    gone, late = ids_in(street, NOISY), street.colleague("admin").opens(address(NOISY))
    analyst.opens(address(NOISY)).presses("Haal uit gebruik")
    assert analyst.page.heading == "Thema's"
    assert ids_in(street, ("veilig", "rest")) == gone
    late.presses("vast", status=409)
    assert "Een analyst haalde “Geluid en overlast van buren” uit gebruik" in late.page.text
    run(street)
    assert ids_in(street, ("veilig", "rest")) == gone
    analyst.opens(address(NOISY), status=404)
    analyst.opens(LIST).presses("Maak ongedaan")
    assert ids_in(street, NOISY) == gone


def test_a_theme_is_made_from_scratch_and_taken_away_when_nothing_is_in_it(street: OpenHouse, analyst: Resident) -> None:
    analyst.opens(LIST).fills(naam="Bankjes in het park", pijler="wonen").presses("Maak het thema")
    assert (analyst.page.heading, analyst.url.partition("?")[0]) == ("Bankjes in het park", f"{LIST}/wonen/bankjes")
    moved = ids_in(street, PARKED)[0]
    moves(analyst, PARKED, moved, "wonen/bankjes")
    first = str(street.rows("act")[0]["id"])
    analyst.sends(f"{LIST}/ongedaan", {"token": street.token("analyst"), "besluit": first}, status=409)
    assert labels_in(street)["wonen", "bankjes"] == "Bankjes in het park"
    for naam, pillar in (
        ("", "wonen"),
        ("Goed", ""),
        ("Goed", "niets"),
        ("a\x00b", "wonen"),
        ("bankjes IN het park", "wonen"),
        ("x" * 10_000, "wonen"),
    ):
        analyst.sends(f"{LIST}/nieuw", {"token": street.token("analyst"), "seen": "9.0", "naam": naam, "pijler": pillar}, status=422)
    assert [row["kind"] for row in street.rows("act")] == ["new", "move"]


def test_a_frozen_codebook_refuses_every_decision_about_themes_and_says_who_froze_it(street: OpenHouse, analyst: Resident) -> None:
    ticked = ids_in(street, MOULDY)[0]
    renames(analyst, MOULDY, "Eerst")
    with street.engine.begin() as connection:
        frozen = {"number": 1, "content": {}, "content_hash": "x", "frozen_by": "Noor", "frozen_at": NOW}
        connection.execute(insert(CODEBOOK_VERSION).values(**frozen))
    shown = {
        "token": street.token("analyst"),
        "seen": "9.0",
        "label": "y",
        "in": PARKED[1],
        "actie": "vast",
        "naam": "y",
        "pijler": "wonen",
    }
    for act_ in ("naam", "samenvoegen", "vast", "splitsen", "uit-gebruik"):
        analyst.sends(f"{address(MOULDY)}/{act_}", shown | {"uitspraak": ticked}, status=422)
        assert analyst.page.messages[0].startswith("Het codeboek is vastgezet door Noor."), act_
    analyst.sends(f"{LIST}/nieuw", shown, status=422)
    analyst.sends(f"{LIST}/ongedaan", shown | {"besluit": str(street.rows("act")[0]["id"])}, status=409)
    assert "Het codeboek is vastgezet door Noor." in analyst.page.text
    analyst.opens(address(MOULDY))
    assert "Het codeboek is vastgezet door Noor." in text_of(analyst.page.one("section", **{"aria-labelledby": "thema"}))
    offered = {str(form.get("action")).rpartition("/")[2] for form in analyst.page.all("form")}
    assert offered.isdisjoint({"naam", "samenvoegen", "vast", "uit-gebruik"}), "nothing is offered that will be refused"
    assert (analyst.page.all("input", type="checkbox"), analyst.page.all("input", name="naam")) == ([], [])
    moves(analyst, MOULDY, ticked, "/".join(PARKED))
    assert [row["kind"] for row in street.rows("act")] == ["rename", "move"]
