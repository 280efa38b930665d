"""Every page of residents in the made-up language, longer and from right to left, on the smallest phones: nothing is cut off or sticks out."""

import pytest
from playwright.sync_api import Page
from rounds import FAULTS
from windows import Opens, look_at

DORDT = "/v/dordt-west-2026"
AROUND = ("/privacy", "/toegankelijkheid", "/gebied", "/wijkgesprekken", "/aanmelding", "/bestaat-niet", f"{DORDT}/verder", "/inloggen")
FORWARD = 'form#survey button[value="verder"] >> nth=-1'


def faults_of(page: Page, name: str) -> list[str]:
    assert page.locator("html").get_attribute("lang") == "qps"
    assert page.locator("html").get_attribute("dir") == "rtl"
    look_at(page, f"qps-{name}", checks=False)
    return [f"{name}: {fault}" for fault in page.evaluate(FAULTS)]


@pytest.mark.parametrize("width", [320, 360])
def test_no_page_around_the_survey_cuts_a_longer_text_off(opens: Opens, width: int) -> None:
    page = opens("nl", width=width)
    page.goto("/?taal=qps")
    found = faults_of(page, "home")
    for address in AROUND:
        page.goto(address)
        found += faults_of(page, address.strip("/").replace("/", "-"))
    assert found == []


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("survey", [DORDT, "/v/alle-soorten"])
def test_no_page_of_a_survey_cuts_a_longer_text_off(opens: Opens, survey: str, width: int) -> None:
    """Each page as it is first seen, and as it comes back when something must be mended."""
    page, found = opens("nl", width=width), []
    page.goto(f"{survey}?taal=qps")
    for step in range(1, 60):
        name = f"{survey[3:]}-{step}"
        found += faults_of(page, name)
        if page.locator("main#done").count():
            break
        for group in page.locator("form#survey fieldset:not(:has(fieldset)):has(input[type=radio])").all():
            group.locator("label.choice").first.click()
        for field in page.locator("form#survey textarea:visible").all():
            field.fill("x" * 1001 if step == 3 else "Meer licht")
        page.locator(FORWARD).click()
        page.wait_for_load_state()
    assert page.locator("main#done").count() == 1, page.url
    assert found == []
