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
        page.click("main > form button[type=submit]")
        page.get_by_role("button", name="Edit").click()
        page.fill("#form-amount", "a lot")
        page.click("dialog button[type=submit]")
        page.wait_for_selector("text=Write an amount")
        page.fill("#form-amount", "185k")
        page.click("dialog button[type=submit]")
        page.wait_for_selector("text=185,000 USD")
        page.click("text=Log it")
        page.wait_for_selector("text=Undo")
        assert str(house.desk.mirror.deal("qd001").amount) == "185000.00"
        page.fill("#say", "pain chain for a CFO in manufacturing")
        page.click("main > form button[type=submit]")
        page.wait_for_selector("text=Why this one")
        browser.close()
