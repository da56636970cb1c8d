"""The playground's page in a real browser: what one does in Slack, by mouse, by keyboard and on a phone."""

import shutil
import threading
from collections.abc import Iterator

import httpx
import pytest

from bot.playground.workspace import BOT_USER
from tests.slack.test_slack import channel, member, until

pytestmark = pytest.mark.slow
TELLS = "globex inbound dock rollout is 190k now"


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture
def page(browser) -> Iterator:
    """A desktop window; an error in the page's own script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    context.close()
    assert errors == []


def visit(page, slack, name: str, place: str = "dm") -> str:
    """Be somebody somewhere; the user's id."""
    user = member(slack, name)
    page.goto(f"{slack.base}/#{user}/{place}")
    page.locator(".sidebar" if place == "home" else "#say").wait_for(state="attached")
    return user


def say(page, text: str, box: str = "#say") -> None:
    page.fill(box, text)
    page.press(box, "Enter")


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_a_rep_logs_corrects_and_undoes(page, slack, house):
    visit(page, slack, "Henrike")
    page.click("#person")
    page.get_by_label("Find a person").fill("tamsin")
    page.click("#people >> text=Tamsin Okafor")
    say(page, TELLS)
    before = house.desk.mirror.deal("qd001").amount
    button(page, "Edit").click()
    page.fill("#form-amount", "a lot")
    page.click("dialog .primary")
    page.wait_for_selector("text=Write an amount")
    page.fill("#form-amount", "185k")
    page.click("dialog .primary")
    page.wait_for_selector("text=185,000 USD")
    button(page, "Log it").click()
    button(page, "Undo").wait_for()
    assert str(house.desk.mirror.deal("qd001").amount) == "185000.00"
    button(page, "Undo").click()
    button(page, "Undo").wait_for(state="detached")
    assert house.desk.mirror.deal("qd001").amount == before


def test_a_pain_chain_comes_with_its_picture(page, slack):
    visit(page, slack, "Tamsin")
    say(page, "pain chain for a CFO in manufacturing")
    page.wait_for_selector("text=Why this one")
    picture = page.locator(".picture")
    picture.wait_for()
    page.wait_for_function("document.querySelector('.picture').naturalWidth > 0")
    assert picture.get_attribute("alt")


def test_a_command_is_answered_for_oneself_and_a_file_of_notes_with_a_card(page, slack):
    visit(page, slack, "Tamsin", channel(slack, "#sales-all"))
    say(page, "/caddie pain chain for a CFO in manufacturing")
    page.wait_for_selector("text=Only visible to you")
    page.get_by_role("link", name="Caddie", exact=True).click()
    page.wait_for_selector("[placeholder='Message Caddie']")
    notes = {"name": "notes 计划.txt", "mimeType": "text/plain", "buffer": TELLS.encode()}
    page.set_input_files("input[type=file]", files=[notes])
    page.wait_for_selector("text=notes 计划.txt")
    button(page, "Log it").wait_for()


def test_numbers_are_shown_in_a_channel_but_not_before_outsiders(page, slack):
    visit(page, slack, "Solomon", channel(slack, "#east-sales"))
    assert page.input_value("#say") == "@Caddie "
    page.focus("#say")
    page.keyboard.type("pipeline summary for my team\n")
    page.click(".replies")
    page.wait_for_selector(".thread >> text=Weighted")
    said = next(p for p in slack.workspace.posted if p.user != BOT_USER)
    assert said.text == f"<@{BOT_USER}> pipeline summary for my team"
    say(page, "just tamsin", "#reply")
    page.wait_for_selector(".thread >> text=just tamsin")
    until(lambda: sum(p.thread_ts == said.ts and "Tamsin" in p.text for p in slack.workspace.posted))
    page.wait_for_selector(".replies:text-matches('[3-9] replies')")
    page.keyboard.press("Escape")
    page.locator(".thread").wait_for(state="detached")

    page.get_by_role("link", name="ext-globex").click()
    page.wait_for_selector("[placeholder*='ext-globex']")
    say(page, "@Caddie pipeline summary for my team")
    page.wait_for_selector(".message:has-text('Only visible to you') >> text=People from outside")
    visit(page, slack, "Tamsin", channel(slack, "#sales-all"))
    page.click(".unread:has-text('east-sales')")
    page.locator(".unread:has-text('east-sales')").wait_for(state="detached")
    page.wait_for_selector(".replies")


def test_home_is_told_of_once_an_opening_and_its_buttons_work(page, slack, monkeypatch):
    opened, pressed = [], []
    monkeypatch.setattr(slack.deliverer, "home_opened", lambda user, tab="home": opened.append((user, tab)))
    monkeypatch.setattr(slack.deliverer, "press_home", lambda *press: pressed.append(press))
    user = visit(page, slack, "Tamsin")
    page.get_by_role("link", name="Home", exact=True).click()
    page.wait_for_selector("text=has not set up a Home")
    label = {"type": "plain_text", "text": "Fix", "emoji": False}
    fix = {"type": "button", "text": label, "action_id": "fix:1", "value": "qd001"}
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Globex* has no next step"}, "accessory": fix}]
    slack.workspace.homes[user] = {"id": "VH1", "hash": "1", "type": "home", "blocks": blocks}
    button(page, "Fix").click()
    until(lambda: pressed)
    assert pressed == [(user, "fix:1", "qd001")]
    assert opened == [(user, "messages"), (user, "home")]


def test_slack_can_be_made_to_fail(page, slack):
    visit(page, slack, "Tamsin")
    page.get_by_label("Slack is").select_option(label="down")
    page.wait_for_selector("text=Slack is down for Caddie")
    assert httpx.post(f"{slack.base}/api/auth.test").status_code == 503
    page.get_by_label("Slack is").select_option(label="fine")
    page.locator(".banner").wait_for(state="detached")
    page.get_by_label("Agent features").click()
    until(lambda: not slack.workspace.agent)
    assert httpx.post(f"{slack.base}/play/trouble", json={"trouble": "odd", "agent": True}).status_code == 400


def test_what_slack_shows_is_shown(page, slack, monkeypatch):
    pressed = threading.Event()
    monkeypatch.setattr(
        slack.deliverer, "press", lambda user, message, action, value, **_: value == "bad" and pressed.set()
    )
    monkeypatch.setattr(slack.deliverer, "home_opened", lambda user, tab="home": None)
    user = visit(page, slack, "Tamsin")
    workspace, place = slack.workspace, slack.workspace.direct(member(slack, "Tamsin")).id
    sides = {
        side: {"text": {"type": "plain_text", "text": f"{value.title()} answer"}, "value": value}
        for side, value in (("positive_button", "good"), ("negative_button", "bad"))
    }
    told = f"See <#{channel(slack, '#east-sales')}>, ask <@{member(slack, 'Solomon')}>"
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": told}},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "Open"}, {"type": "raw_text", "text": "Won"}]]},
        {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "rate", **sides}]},
    ]
    workspace.call("chat.postMessage", {"channel": place, "text": "answer", "blocks": blocks})
    said = workspace.say(user, place, "look at https://crm.example/qd001")
    workspace.call(
        "chat.unfurl",
        {"channel": place, "ts": said.ts, "unfurls": {"https://crm.example/qd001": {"blocks": blocks[:1]}}},
    )
    workspace.call(
        "assistant.threads.setStatus", {"channel_id": place, "thread_ts": said.ts, "status": "is looking at the deals…"}
    )
    workspace.call(
        "assistant.threads.setSuggestedPrompts",
        {"channel_id": place, "prompts": [{"title": "Help", "message": "help"}]},
    )

    page.wait_for_selector("text=See #east-sales, ask @Solomon Adeyinka")
    page.wait_for_selector("td >> text=Won")
    page.wait_for_selector(".unfurl >> text=See #east-sales")
    page.wait_for_selector("[role=status] >> text=Caddie is looking at the deals…")
    button(page, "Bad answer").click()
    page.wait_for_selector(".thumb[aria-pressed=true]")
    assert pressed.wait(10)
    page.locator(".message", has_text="crm.example").hover()
    page.locator(".message:hover").get_by_label("React with eyes").click()
    page.wait_for_selector(".reaction[aria-pressed=true]")
    assert said.reactions == {"eyes": [user]}
    button(page, "Help").click()
    page.wait_for_selector("text=What you can ask")
    stream = workspace.call(
        "chat.startStream", {"channel": place, "thread_ts": said.ts, "markdown_text": "Looking at **Glo"}
    )
    page.click(".replies")
    page.wait_for_selector(".thread .streaming")
    workspace.call("chat.appendStream", {"channel": place, "ts": stream["ts"], "markdown_text": "bex**"})
    workspace.call("chat.stopStream", {"channel": place, "ts": stream["ts"]})
    page.wait_for_selector(".thread .message:not(.streaming) strong >> text=Globex")


def test_nothing_moves_that_did_not_change(page, slack):
    place = channel(slack, "#east-sales")
    for n in range(40):
        slack.workspace.say(member(slack, "Bertrand"), place, f"line {n}")
    visit(page, slack, "Tamsin", place)
    page.wait_for_function("document.querySelector('.log').scrollTop > 0")
    page.focus("#say")
    page.keyboard.type("half a sent")
    watched = (
        "new MutationObserver((seen) => { window.moved = (window.moved || 0) + seen.length; "
        "}).observe(document.querySelector('.log'), { subtree: true, childList: true, attributes: true, "
        "characterData: true })"
    )
    page.evaluate(f"document.querySelector('.log').scrollTop = 100; {watched}")
    for _ in range(3):
        with page.expect_response("**/play/messages*"):
            pass
    assert not page.evaluate("window.moved")
    slack.workspace.say(member(slack, "Bertrand"), place, "one more")
    page.wait_for_selector("text=one more", state="attached")
    assert page.evaluate("document.querySelector('.log').scrollTop") == 100
    page.keyboard.type("ence")
    assert page.input_value("#say") == "@Caddie half a sentence"


def test_the_keyboard_alone_is_enough(page, slack, house):
    visit(page, slack, "Tamsin", channel(slack, "#sales-all"))
    page.keyboard.press("Control+k")
    page.keyboard.type("east\n")
    page.wait_for_selector("#say[aria-label='Message east-sales']:focus")
    page.get_by_role("link", name="Caddie", exact=True).press("Enter")
    page.wait_for_selector("#say[aria-label='Message Caddie']:focus")
    page.keyboard.type("globex inbound dock")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("rollout is 190k now\n")
    button(page, "Log it").wait_for()
    for name in ("Discard", "Edit", "Log it"):
        for _ in range(8):  # the prompts stand between, once they have come
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.textContent") == name:
                break
        assert page.evaluate("document.activeElement.textContent") == name
        if name == "Edit":
            page.keyboard.press("Enter")
            page.wait_for_selector("dialog input:focus")
            page.keyboard.press("Escape")
            page.locator("dialog").wait_for(state="detached")
    page.keyboard.press("Enter")
    button(page, "Undo").wait_for()
    assert str(house.desk.mirror.deal("qd001").amount) == "190000.00"
    page.wait_for_selector(".message:focus:has-text('Undo')")
    while page.evaluate("document.activeElement.textContent") != "Undo":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    button(page, "Undo").wait_for(state="detached")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(browser, slack, theme):
    rep, boss, east = member(slack, "Tamsin"), member(slack, "Solomon"), channel(slack, "#east-sales")
    asked = slack.deliverer.say(boss, east, f"<@{BOT_USER}> pipeline summary for my team")
    slack.deliverer.say(rep, slack.workspace.direct(rep).id, TELLS)
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=theme
    )
    page = context.new_page()
    for address, shown in (
        (f"{rep}/dm", "text=Log it"),
        (f"{rep}/{east}", ".replies"),
        (f"{rep}/{east}/{asked.ts}", ".thread >> text=Weighted"),
        (f"{rep}/home", ".home"),
    ):
        page.goto(f"{slack.base}/#{address}")
        page.wait_for_selector(shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        for box in page.locator("textarea:visible").all():
            frame = box.bounding_box()
            assert frame["y"] + frame["height"] <= 844
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    page.tap(".menu")
    page.tap(".sidebar >> text=sales-all")
    page.wait_for_selector("h1 >> text=sales-all")
    page.wait_for_selector(".sidebar", state="hidden")
    other = {"light": "dark", "dark": "light"}[theme]
    page.tap(".menu")
    page.tap(f"text={other.title()} theme")
    page.reload()
    page.wait_for_selector(f"[data-theme={other}]")
    context.close()
