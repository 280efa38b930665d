"""Who wants to hear from us: on a form of its own, sealed, to the month, and with nothing that leads to an answer."""

import csv
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from houses import OpenHouse, Operator
from people import Resident, told
from sqlalchemy import text

from app.answering import contact
from app.jobs import run_retention
from app.seal import unseal

KEY = "dordt-west-2026"
FORM, DESK = f"/contact/{KEY}", "/kantoor/contact"
SURVEY = f"/v/{KEY}"


def leaves(resident: Resident, **typed: Any) -> Resident:
    return (
        resident.opens(FORM)
        .fills({"mail": "fatma@voorbeeld.nl", "wens": ["nieuws"], **typed})
        .presses(told("Versturen", resident.page.lang))
    )


def test_a_wish_is_kept_sealed_with_the_month_alone(house: OpenHouse) -> None:
    resident = leaves(house.resident("tr"), naam="Fatma", telefoon="06 12345678", wens=["nieuws", "meedenken"])
    assert resident.url == f"{FORM}/bedankt"
    (row,) = house.rows("contact_wish")
    assert (row["survey_key"], row["wishes"], row["lang"], row["month"]) == (KEY, ["nieuws", "meedenken"], "tr", "2026-11")
    assert unseal(house.settings, row["sealed"]) == '{"naam": "Fatma", "mail": "fatma@voorbeeld.nl", "telefoon": "06 12345678"}'
    assert "atma" not in str({**row, "sealed": ""})
    assert set(row) == {"id", "survey_key", "sealed", "wishes", "lang", "month"}


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ({"mail": ""}, {"mail": contact.ONE_NEEDED}),
        ({"mail": "", "naam": "Fatma"}, {"mail": contact.ONE_NEEDED}),
        ({"mail": "fatma"}, {"mail": contact.BAD_MAIL}),
        ({"mail": "a@b.nl,c@d.nl"}, {"mail": contact.BAD_MAIL}),
        ({"telefoon": "12"}, {"telefoon": contact.BAD_TELEPHONE}),
        ({"mail": "", "telefoon": "bel me"}, {"telefoon": contact.BAD_TELEPHONE}),
        ({"naam": "F" * 81}, {"naam": contact.BAD_NAME}),
        ({"wens": []}, {"wens": contact.NO_WISH}),
    ],
)
def test_what_must_be_mended_stands_beside_it_and_what_was_typed_stays(
    house: OpenHouse, typed: dict[str, Any], problems: dict[str, str]
) -> None:
    resident = house.resident().opens(FORM).fills({"mail": "fatma@voorbeeld.nl", "wens": ["nieuws"], **typed})
    resident.presses("Versturen", status=422)
    assert resident.page.wrongs == problems
    assert house.rows("contact_wish") == []
    kept = {name: value for name, value in typed.items() if isinstance(value, str) and value}
    assert kept.items() <= dict(resident.typed).items()


@pytest.mark.parametrize("typed", [{"telefoon": "06 12345678"}, {"telefoon": "٠٦١٢٣٤٥٦٧٨"}, {"mail": "f@voorbeeld.nl"}])
def test_one_way_to_reach_somebody_is_enough(house: OpenHouse, typed: dict[str, str]) -> None:
    leaves(house.resident(), **({"mail": ""} | typed))
    assert len(house.rows("contact_wish")) == 1


def test_the_same_form_sent_twice_is_one_wish_also_at_the_same_moment(house: OpenHouse) -> None:
    form = house.resident().opens(FORM).fills(mail="fatma@voorbeeld.nl", wens=["gesprek"])
    together = threading.Barrier(4)

    def send(_: int) -> None:
        twin = house.resident()
        together.wait()
        twin.sends(FORM, form.typed, status=303)

    with ThreadPoolExecutor(4) as taps:
        list(taps.map(send, range(4)))
    assert len(house.rows("contact_wish")) == 1


@pytest.mark.parametrize("address", ["/contact/geen", "/contact/professionals-2026", "/contact/geen/bedankt"])
def test_only_a_survey_of_residents_has_the_form(house: OpenHouse, address: str) -> None:
    house.resident().opens(address, status=404)


# ---------------------------------------------------------------- nothing leads to an answer


def answered(resident: Resident) -> Resident:
    resident.opens(SURVEY).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    return resident.opens(f"{SURVEY}/controle").presses("verder")


def test_the_thanks_page_leads_there_without_key_or_receipt(house: OpenHouse) -> None:
    resident = answered(house.resident())
    receipt = resident.receipt
    resident.follows(FORM)
    assert "antwoord" not in resident.answer.request.headers.get("cookie", "")
    resident.fills(mail="fatma@voorbeeld.nl", wens=["nieuws"]).presses("Versturen")
    (response,), (wish,) = house.rows("response"), house.rows("contact_wish")
    assert receipt.replace(" ", "") not in str(wish)
    assert {str(value) for value in response.values()} & {str(value) for value in wish.values()} == {KEY, "nl"}


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_the_rows_do_not_lie_in_the_order_in_which_people_came(house: OpenHouse) -> None:
    came = []
    for number in range(12):
        leaves(answered(house.resident()), mail=f"mens{number}@voorbeeld.nl")
        came.append(
            next(row["id"] for row in house.rows("contact_wish") if f"mens{number}@" in (unseal(house.settings, row["sealed"]) or ""))
        )
    with house.engine.connect() as connection:
        lie = [tuple(row) for row in connection.execute(text("SELECT id, xmin::text FROM contact_wish ORDER BY ctid"))]
        answers = connection.execute(text("SELECT xmin::text FROM response UNION SELECT xmin::text FROM answered_page")).scalars().all()
    assert [id_ for id_, _ in lie] == sorted(came) != came
    assert len({writer for _, writer in lie}) == 1
    assert {writer for _, writer in lie} & set(answers) == set()


def test_a_wish_is_forgotten_after_a_year(house: OpenHouse) -> None:
    leaves(house.resident())
    later = house.settings.model_copy(update={"now": datetime(2027, 11, 30, tzinfo=UTC)})
    assert run_retention(later)["wishes for contact"] == 0
    later = house.settings.model_copy(update={"now": datetime(2027, 12, 1, tzinfo=UTC)})
    assert run_retention(later, dry=True)["wishes for contact"] == 1
    assert run_retention(later)["wishes for contact"] == 1
    assert house.rows("contact_wish") == []


# ---------------------------------------------------------------- at the office


def test_the_office_counts_without_names_and_reads_on_purpose(house: OpenHouse) -> None:
    leaves(house.resident(), naam="Fatma")
    office = house.colleague("office").opens(DESK)
    assert office.page.text.count("1 bewoner") == 1
    assert "atma" not in office.page.html
    assert house.rows("audit") == []
    office.presses("Open de lijst", status=200)
    assert "Fatma" in office.page.text
    assert "fatma@voorbeeld.nl" in office.page.text
    (act,) = house.rows("audit")
    assert (act["action"], act["object"]) == ("contact wishes read", "1")
    assert "atma" not in str(act)


def test_a_download_is_logged_and_no_spreadsheet_takes_a_number_for_a_formula(house: OpenHouse) -> None:
    leaves(house.resident(), telefoon="+31 6 12345678", naam="=1+1", wens=["gesprek"])
    office = house.colleague("office").opens(DESK)
    answer = office.asks("POST", f"{DESK}/bestand", data={"token": house.token("office")})
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["naam"], row["telefoon"], row["gesprek"], row["nieuws"]) == ("'=1+1", "'+31 6 12345678", "1", "0")
    assert [act["action"] for act in house.rows("audit")] == ["contact wishes downloaded"]


def test_one_person_is_erased(house: OpenHouse) -> None:
    leaves(house.resident())
    leaves(house.resident(), mail="omar@voorbeeld.nl")
    gone, stays = house.rows("contact_wish")
    admin = house.colleague("admin").sends(f"{DESK}/{gone['id']}/wissen", {"token": house.token("admin")}, status=303)
    assert admin.reads("De gegevens van deze persoon zijn gewist.")
    assert [row["id"] for row in house.rows("contact_wish")] == [stays["id"]]
    assert house.rows("audit")[-1]["object"] == gone["id"]
    admin.sends(f"{DESK}/{gone['id']}/wissen", {"token": house.token("admin")}, status=404)


@pytest.mark.parametrize("role", ["analyst", "partner", "auditor", "interviewer"])
def test_nobody_else_reads_them(house: OpenHouse, role: str) -> None:
    leaves(house.resident())
    other = house.colleague(role)
    assert other.asks("GET", DESK).status_code == 403
    assert other.asks("POST", f"{DESK}/lijst", data={"token": house.token(role)}).status_code == 403
    assert "atma" not in other.page.html


def test_what_was_sealed_with_another_key_is_told_so(house: OpenHouse, operator: Operator) -> None:
    leaves(house.resident())
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE contact_wish SET sealed = 'gAAAAAB'"))
    office = house.colleague("office").opens(DESK).presses("Open de lijst", status=200)
    assert office.reads("Niet te lezen: bewaard met een andere sleutel.")
