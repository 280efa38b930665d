"""Staff in a real browser, on a phone and at a desk: axe on every page of theirs, the keyboard, and no script needed."""

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from windows import Opens, look_at

PASSWORD = "zeven paarse fietsen"


@pytest.fixture(scope="session")
def admin(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of an admin who has an account at the server."""
    folder = next(path for path in tmp_path_factory.getbasetemp().iterdir() if path.name.startswith("browser"))
    around = {name: value for name, value in os.environ.items() if not name.startswith("WIJKSTEM_") and name != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "-m", "app", "user", "add", "Samira", "--role", "admin", "--password-stdin"],
        input=f"{PASSWORD}\n", text=True, check=True, env=around | {"WIJKSTEM_ENV": "test", "WIJKSTEM_DATA": str(folder)}, capture_output=True,
    )  # fmt: skip
    return "Samira"


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/inloggen")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    goes(page, lambda: page.keyboard.press("Enter"))


def goes(page: Page, act: Callable[[], None]) -> None:
    """Does something that leads to another page, and waits until that one is there."""
    with page.expect_navigation():
        act()


@pytest.mark.parametrize(("lang", "width", "scripts"), [("nl", 360, True), ("nl", 1280, False), ("ar", 360, False), ("ar", 1280, True)])
def test_an_admin_invites_a_colleague_who_begins(opens: Opens, admin: str, lang: str, width: int, scripts: bool) -> None:
    page, who = opens(lang, width=width, scripts=scripts), f"Collega {lang} {width}"
    look = f"{lang}-staff"
    sign_in(page, admin, "verkeerd geraden")
    look_at(page, f"{look}-inloggen-fout", checks=scripts)
    sign_in(page, admin)
    look_at(page, f"{look}-kantoor", checks=scripts)
    page.goto("/beheer")
    goes(page, page.locator('form[action="/beheer/uitnodigen"] button').click)
    look_at(page, f"{look}-beheer-fout", checks=scripts)
    page.locator("#name").fill(who)
    page.locator("#role").select_option("analyst")
    goes(page, page.locator('form[action="/beheer/uitnodigen"] button').click)
    link = page.locator("#link").inner_text()
    look_at(page, f"{look}-uitgenodigd", checks=scripts)
    page.goto("/beheer")
    look_at(page, f"{look}-beheer", checks=scripts)
    page.goto("/beheer/logboek")
    look_at(page, f"{look}-logboek", checks=scripts)

    colleague = opens(lang, width=width, scripts=scripts)
    colleague.goto(link)
    look_at(colleague, f"{look}-uitnodiging", checks=scripts)
    colleague.locator("#password").fill("acht groene fietsen")
    colleague.locator("#again").fill("acht groene fietsen")
    goes(colleague, lambda: colleague.keyboard.press("Enter"))
    expect(colleague).to_have_url(re.compile("/kantoor$"))
    look_at(colleague, f"{look}-kantoor-onderzoeker", checks=scripts)
    colleague.goto(link)
    look_at(colleague, f"{look}-uitnodiging-gebruikt", checks=scripts)
    colleague.goto("/wachtwoord")
    goes(colleague, colleague.locator("main button").click)
    look_at(colleague, f"{look}-wachtwoord-fout", checks=scripts)

    page.goto("/beheer")
    goes(page, page.locator("main").get_by_role("link", name=who).click)
    goes(page, page.locator('form[action$="/wachtwoord"] button').click)
    expect(page.locator("#once")).to_have_text(re.compile(r"^[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}$"))
    look_at(page, f"{look}-collega", checks=scripts)
    colleague.goto("/kantoor")
    expect(colleague).to_have_url(re.compile("/inloggen"))
    look_at(colleague, f"{look}-inloggen", checks=scripts)


def test_what_a_finger_touches_on_the_first_page_is_large_enough(opens: Opens, admin: str) -> None:
    page = opens("nl")
    sign_in(page, admin)
    boxes = [each.bounding_box() for each in page.locator("main a.btn, header .links a, header .links button").all()]
    assert boxes
    assert [box for box in boxes if box and (box["height"] < 44 or box["width"] < 44)] == []


def test_nothing_scrolls_sideways_on_the_smallest_phone(opens: Opens, admin: str) -> None:
    page = opens("nl", width=320)
    sign_in(page, admin)
    for address in ("/kantoor", "/beheer", "/beheer/logboek", "/wachtwoord"):
        page.goto(address)
        look_at(page, f"nl-staff-klein{address.replace('/', '-')}")
