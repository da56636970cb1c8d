"""The playground's page in a real browser: say, see the card, press."""

import shutil

import pytest

from tests.test_slack import slack  # noqa: F401  (the fixture)


def test_a_rep_logs_in_the_browser(slack, house):  # noqa: F811
    browser_path = shutil.which("chromium")
    if browser_path is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(slack.base)
        page.select_option("#person", label="Tamsin Okafor")
        page.fill("#say", "globex inbound dock rollout is 190k now")
        page.click("form button")
        page.click("text=Log it")
        page.wait_for_selector("text=Undo")
        assert str(house.desk.mirror.deal("qd001").amount) == "190000.00"
        page.fill("#say", "pain chain for a CFO in manufacturing")
        page.click("form button")
        page.wait_for_selector("text=Why this one")
        browser.close()
