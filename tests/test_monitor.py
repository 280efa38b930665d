"""The office looks how a survey goes: who sent it, who is busy, where people stop; and opens, pauses and closes it in the browser."""

from datetime import date, timedelta
from itertools import count

import pytest
from houses import OpenHouse
from people import Page, text_of
from sqlalchemy import insert, update

from app.models.tables import LEFT, PAGE, RESPONSE, STOP, SURVEY, VERSION
from app.settings import ROOT
from app.survey import load_survey

KEY = "dordt-west-2026"
ROOM = f"/kantoor/enquetes/{KEY}"
TODAY = date(2026, 11, 2)
SURVEY_FILE = load_survey((ROOT / "surveys" / f"{KEY}.toml").read_text(encoding="utf-8"))
PAGES = [page.id for page in SURVEY_FILE.pages]
number = count()


def people(
    house: OpenHouse, n: int, *, last: int = 0, lang: str = "nl", channel: str = "web", stream: str = "open_link", left: bool = False, day: date = TODAY
) -> None:  # fmt: skip
    """`n` people who kept the pages up to the `last`; 0: who sent the whole."""
    fingerprint = next(row["fingerprint"] for row in house.rows("survey") if row["key"] == KEY)
    same = {
        "survey_key": KEY,
        "fingerprint": fingerprint,
        "lang": lang,
        "channel": channel,
        "stream": stream,
        "assisted": False,
        "begun_on": day,
    }
    with house.engine.begin() as connection:
        for nth in [next(number) for _ in range(n)]:
            state = {"state": "begun" if last else "finished", "finished_on": None if last else day, "left_on": day if left else None}
            connection.execute(insert(RESPONSE).values(id=f"r{nth}", key=f"key-{nth}", receipt_hash="x", **same, **state))
            for page in PAGES[: last or len(PAGES)]:
                connection.execute(insert(PAGE).values(response_id=f"r{nth}", page=page, revision=1, answers={}))


def erased(house: OpenHouse, n: int, *, last: int, lang: str = "nl", channel: str = "web") -> None:
    with house.engine.begin() as connection:
        connection.execute(insert(LEFT).values(survey_key=KEY, page=PAGES[last - 1], lang=lang, channel=channel, n=n))


def table(page: Page, under: str) -> list[list[str]]:
    """The rows of the table with this heading, its head left out; a heading that spans rows stands in the first."""
    (found,) = [one for one in page.all("table") if one.get("aria-labelledby") == under]
    return [[text_of(cell) for cell in row] for row in found.iter("tr") if row.find("td") is not None]


def steps(page: Page) -> list[tuple[int, int, int, int]]:
    """Of each page: came so far, went on, busy, stopped."""
    return [(int(a), int(b), int(c), int(d)) for _, a, b, c, d, _ in table(page, "waar")]


def select_of(page: Page, name: str) -> list[str]:
    return [str(option.get("value")) for option in page.one("select", name=name).iter("option")]


def buttons(page: Page) -> list[str]:
    return [str(one.get("value")) for one in page.one("main").iter("button") if one.get("name") == "stand"]


# ---------------------------------------------------------------- how far


def test_everyone_who_began_is_counted_once_and_kept_apart_by_stream_and_channel(house: OpenHouse) -> None:
    people(house, 12)
    people(house, 5, channel="paper", stream="sample")
    people(house, 2, last=3)
    people(house, 1, last=2, left=True)
    erased(house, 5, last=4)
    with house.engine.begin() as connection:
        connection.execute(insert(STOP).values(survey_key=KEY, n=3))
    page = house.colleague("office").opens(ROOM).page
    assert "25 begonnen = 17 verstuurd + 2 nog bezig + 1 gestopt, telt als deels + 5 gestopt en gewist" in page.text.replace(
        "begonnen=", "begonnen ="
    )
    assert "Van elke 100 mensen die begonnen, verstuurden er 68. Dit is over alle stromen samen." in page.text
    assert "3 keer stopte iemand die jonger is dan 16" in page.text
    assert table(page, "wegen") == [
        ["Steekproef · verstuurd", "0", "5", "5"], ["Steekproef · nog bezig", "0", "0", "0"],
        ["Open link · verstuurd", "12", "0", "12"], ["Open link · nog bezig", "2", "0", "2"], ["Open link · gestopt, telt als deels", "1", "0", "1"],
        ["Stroom niet meer bekend · gestopt en gewist", "5", "0", "5"],
    ]  # fmt: skip


def test_nobody_yet_is_said_in_words(house: OpenHouse) -> None:
    page = house.colleague("analyst").opens(ROOM).page
    assert "Nog niemand is begonnen." in page.text
    assert page.all("table") == []


def test_the_last_seven_days_stand_there_each(house: OpenHouse) -> None:
    people(house, 3)
    people(house, 2, last=1, day=TODAY - timedelta(days=6))
    people(house, 4, day=TODAY - timedelta(days=7))
    rows = table(house.colleague("office").opens(ROOM).page, "dagen")
    assert [(a, b) for _, a, b in rows] == [("2", "0"), *[("0", "0")] * 5, ("3", "3")]


def test_the_page_says_the_rule_of_the_survey(house: OpenHouse) -> None:
    with house.engine.begin() as connection:
        source = (ROOT / "surveys" / f"{KEY}.toml").read_text(encoding="utf-8")
        changed = source.replace("\nminutes =", '\nunfinished = "partial"\nunfinished_days = 1\nminutes =', 1)
        connection.execute(update(VERSION).where(VERSION.c.survey_key == KEY).values(source=changed))
    assert "Wie halverwege stopt, telt na 1 dag apart mee als deels." in house.colleague("office").opens(ROOM).page.text


# ---------------------------------------------------------------- where they stop


def test_each_page_says_who_came_so_far_went_on_is_busy_and_stopped(house: OpenHouse) -> None:
    people(house, 10)
    people(house, 2, last=2)
    people(house, 1, last=2, left=True)
    erased(house, 4, last=3)
    erased(house, 1, last=len(PAGES))
    colleague = house.colleague("office").opens(ROOM)
    wanted = [(18, 18, 0, 0), (18, 15, 2, 1), (15, 11, 0, 4), *[(11, 11, 0, 0)] * (len(PAGES) - 4), (11, 10, 0, 1)]
    assert steps(colleague.page) == wanted
    assert f"De meeste mensen stopten na pagina 3: {SURVEY_FILE.pages[2].title}." in colleague.page.text


def test_a_page_nobody_can_be_sure_of_is_the_furthest_that_was_kept(house: OpenHouse) -> None:
    """Who skipped a page and kept a later one came so far as that one."""
    people(house, 10, last=5)
    with house.engine.begin() as connection:
        connection.execute(PAGE.delete().where(PAGE.c.page == PAGES[2]))
    assert [row[0] for row in steps(house.colleague("office").opens(ROOM).page)] == [*[10] * 5, *[0] * (len(PAGES) - 5)]


def test_language_and_channel_are_chosen_in_a_form_without_a_script(house: OpenHouse) -> None:
    people(house, 20)
    people(house, 15, lang="ar", last=2)
    people(house, 11, lang="ar", channel="kiosk", last=1)
    erased(house, 12, last=4, channel="kiosk")
    colleague = house.colleague("auditor").opens(ROOM)
    assert (select_of(colleague.page, "antwoordtaal"), select_of(colleague.page, "kanaal")) == (["", "ar", "nl"], ["", "web", "kiosk"])
    arabic = colleague.fills(antwoordtaal="ar").presses("Toon")
    assert steps(arabic.page)[:3] == [(26, 15, 11, 0), (15, 0, 15, 0), (0, 0, 0, 0)]
    kiosk = arabic.fills(antwoordtaal="ar", kanaal="kiosk").presses("Toon")
    assert steps(kiosk.page)[:2] == [(11, 0, 11, 0), (0, 0, 0, 0)]
    assert steps(kiosk.fills(antwoordtaal="", kanaal="kiosk").presses("Toon").page)[:5] == [
        (23, 12, 11, 0),
        *[(12, 12, 0, 0)] * 2,
        (12, 0, 0, 12),
        (0, 0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("group", "shown"),
    [("", True), ("antwoordtaal=nl", True), ("antwoordtaal=ar", False), ("antwoordtaal=tr", False), ("antwoordtaal=xx", False), ("kanaal=nu", False)],
)  # fmt: skip
def test_a_small_group_is_not_broken_down_nor_the_one_it_could_be_worked_out_with(house: OpenHouse, group: str, shown: bool) -> None:
    people(house, 30, last=2)
    people(house, 4, lang="ar", last=3)  # this one could leak
    people(house, 12, lang="tr", last=2)  # all minus Dutch minus Turkish would be Arabic
    page = house.colleague("office").opens(f"{ROOM}?{group}").page
    assert bool([one for one in page.all("table") if one.get("aria-labelledby") == "waar"]) == shown
    assert ("Deze groep is te klein" in page.text) != shown


def test_under_ten_people_nothing_is_said_of_where_they_stop(house: OpenHouse) -> None:
    people(house, 9, last=2)
    page = house.colleague("office").opens(ROOM).page
    assert "Er begonnen minder dan 10 mensen." in page.text
    assert "Van elke 100" not in page.text


def test_rows_cost_no_questions(house: OpenHouse) -> None:
    asked = []
    for n in (1, 30):
        people(house, n, last=2)
        colleague = house.colleague("office")
        with house.statements() as said:
            colleague.opens(ROOM)
        asked.append(len(said))
    assert asked[0] == asked[1]


# ---------------------------------------------------------------- open, pause, paper only, close


def test_pausing_shows_residents_that_it_is_closed_for_now_and_is_written_down(house: OpenHouse) -> None:
    office = house.colleague("office").opens(ROOM)
    assert buttons(office.page) == ["paused", "paper_only", "closed"]
    office.presses("paused", name="stand")
    assert "De vragenlijst is stilgezet." in office.page.text
    assert house.resident().opens(f"/v/{KEY}", status=503).page.heading == "Nu even gesloten"
    office.presses("open", name="stand")
    assert house.resident().opens(f"/v/{KEY}").number == KEY
    assert [(row["actor"], row["action"], row["object"]) for row in house.rows("audit")] == [
        ("Een office", "survey paused", KEY), ("Een office", "survey open", KEY)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("draft", ["open"]), ("test", ["open", "closed"]), ("paused", ["open", "paper_only", "closed"]), ("paper_only", ["open", "paused", "closed"]),
        ("closed", ["open"]), ("archived", []),
    ],
)  # fmt: skip
def test_only_what_can_be_done_is_offered(house: OpenHouse, state: str, offered: list[str]) -> None:
    becomes(house, state)
    assert buttons(house.colleague("admin").opens(ROOM).page) == offered


def becomes(house: OpenHouse, state: str) -> None:
    with house.engine.begin() as connection:
        connection.execute(update(SURVEY).where(SURVEY.c.key == KEY).values(state=state))


def test_two_at_the_same_time_is_told_and_twice_is_once(house: OpenHouse) -> None:
    office = house.colleague("office").opens(ROOM)
    for _ in range(2):
        office.sends(f"{ROOM}/stand", {"token": house.token("office"), "stand": "closed"}, status=303)
    assert [row["action"] for row in house.rows("audit")] == ["survey closed"]
    office.sends(f"{ROOM}/stand", {"token": house.token("office"), "stand": "paused"}, status=409)
    assert "Iemand anders heeft de stand net veranderd" in office.page.text
    assert [row["state"] for row in house.rows("survey") if row["key"] == KEY] == ["closed"]


def test_without_a_promise_it_does_not_open(house: OpenHouse) -> None:
    becomes(house, "draft")
    source = (ROOT / "surveys" / f"{KEY}.toml").read_text(encoding="utf-8")
    without = "\n".join(line for line in source.splitlines() if not line.startswith("feedback_date"))
    with house.engine.begin() as connection:
        connection.execute(update(VERSION).where(VERSION.c.survey_key == KEY).values(source=without))
    office = house.colleague("office").opens(ROOM)
    assert buttons(office.page) == []
    office.sends(f"{ROOM}/stand", {"token": house.token("office"), "stand": "open"}, status=409)
    assert "Openen kan nog niet" in office.page.text


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_only_looks_has_no_buttons(house: OpenHouse, role: str) -> None:
    assert buttons(house.colleague(role).opens(ROOM).page) == []


def test_a_survey_or_a_state_that_is_none(house: OpenHouse) -> None:
    office = house.colleague("office")
    assert office.asks("GET", "/kantoor/enquetes/geen").status_code == 404
    for stand in ("archived", "draft", ""):
        assert office.asks("POST", f"{ROOM}/stand", data={"token": house.token("office"), "stand": stand}).status_code == 400
    assert office.asks("POST", "/kantoor/enquetes/geen/stand", data={"token": house.token("office"), "stand": "open"}).status_code == 404
