"""Coaching, plans, schedules and charts on the sample company, through Caddie.reply and the Slack stand-in."""

import io
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.contract.message import Press
from bot.contract.replies.cards import DraftCard, LogForm
from bot.contract.replies.coaching import Coaching, Document
from bot.contract.replies.digests import Schedules
from bot.contract.replies.notices import Refusal
from bot.contract.replies.reports import Bar, Chart, DealsFound, Line, PipelineReport
from bot.crm.port import Write
from bot.domain.audience import DIRECT, Audience, ChannelKind
from bot.drawing.charts import draw
from bot.handlers.digests import due
from bot.language.evidence import promises_of, signs_of
from bot.language.rules.managing import time_said
from bot.pipeline.factors import Sign, interval, judge, weakest
from bot.pipeline.forecast import simulate
from bot.playground.workspace import BOT_USER
from bot.slack.outgoing.attachments import attachment
from bot.storage.schedules import next_time
from bot.views import as_json, render
from tests.conftest import NOW, house_in
from tests.handlers.test_jobs import only

DAY = date(2026, 3, 2)


def signs(note):
    return {(s.factor, s.favourable, s.firm) for s in signs_of(note, DAY)}


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("Detention charges cost them 40k a month, nobody can explain them.", ("pain", True, True)),
        ("They struggle with late trucks.", ("pain", True, False)),
        ("Happy with the way it is, not a priority.", ("pain", False, False)),
        ("The CFO joined the call and wants to see the case.", ("power", True, False)),
        ("He has to ask his boss, still no access to the VP.", ("power", False, False)),
        ("Payback of 14 months confirmed by finance.", ("value", True, True)),
        ("Too expensive, they say.", ("value", False, False)),
        ("Agreed the plan with dates up to signature.", ("control", True, True)),
        ("Went quiet, no reply to two mails.", ("control", False, False)),
        ("The old contract expires on 30 June.", ("urgency", True, False)),
        ("No rush, maybe next year.", ("urgency", False, False)),
        ("王总同意方案,月底前必须上线", ("power", True, True)),
        ("对方嫌价格太高", ("value", False, False)),
        ("客户说不急,等集团预算", ("urgency", False, False)),
    ],
)
def test_notes_are_read_for_evidence(note, expected):
    assert expected in signs(note)


@pytest.mark.parametrize(
    "note", ["Talked about the weather.", "There is no pain here.", "I should ask about the budget.", "没有什么特别的"]
)
def test_what_says_nothing_for_a_factor_is_no_evidence_for_it(note):
    assert not {s for s in signs(note) if s[1]}


def sign(factor, favourable, firm, day):
    return Sign(factor, favourable, firm, DAY + timedelta(days=day), "words")


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ([], "unknown"),
        ([sign("pain", False, False, 0)], "weak"),
        ([sign("pain", True, False, 0)], "fair"),
        ([sign("pain", True, False, 0), sign("pain", True, False, 3)], "strong"),
        ([sign("pain", True, True, 0)], "strong"),
        ([sign("pain", True, True, 0), sign("pain", False, False, 5)], "fair"),
        ([sign("pain", False, False, 0), sign("pain", True, True, 5)], "strong"),
    ],
)
def test_a_level_follows_from_its_signs(found, level):
    assert judge(found)["pain"].level == level


def test_a_deal_is_as_strong_as_its_weakest_factor():
    strong = [
        sign(name, True, True, 0)
        for name in ("pain", "power", "vision", "value", "control", "urgency")
        if name != "value"
    ]
    assert weakest(judge(strong)) == "value"
    assert weakest(judge([])) == "pain"


def test_small_samples_have_wide_intervals():
    low, high = interval(1, 3)
    assert (low < 0.1, high > 0.7) == (True, True)
    assert interval(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert interval(0, 0) == (0.0, 1.0)


def test_coaching_a_deal_shows_the_very_notes_and_asks_about_the_weakest(talk, house):
    write = Write(by_id="q05", at=NOW - timedelta(days=1), deal_id="qd001")
    from bot.crm.port import NewActivity
    from bot.domain.activities import ActivityKind

    note = "Detention charges cost them 40k EUR a month, said the CFO."
    house.desk.crm.push(
        Write(by_id="q05", at=write.at, deal_id="qd001", activity=NewActivity(ActivityKind.CALL, write.at, note)),
        "k1",
        None,
    )
    coached = only(talk().say("coach me on the globex inbound dock rollout"), Coaching)
    assert coached.subject == "Globex inbound dock rollout"
    assert set(coached.factors) == {"pain", "power", "vision", "value", "control", "urgency"}
    assert any(note in line for line in coached.factors["pain"].evidence)
    for name, factor in coached.factors.items():
        assert (factor.level == "unknown") == (not factor.evidence), name
    assert coached.weakest in coached.factors
    levels = ["unknown", "weak", "fair", "strong"]
    assert levels.index(coached.factors[coached.weakest].level) == min(
        levels.index(f.level) for f in coached.factors.values()
    )
    assert coached.questions
    assert as_json(coached)["text"].startswith("Coaching: Globex inbound dock rollout")


def test_coaching_of_a_person_is_for_their_managers_and_never_in_the_channel(talk):
    coached = only(talk("solomon", "#east-sales").say("where does tamsin lose deals"), Coaching)
    assert (coached.subject, coached.audience) == ("Tamsin Okafor", "ephemeral")
    assert coached.questions
    assert only(talk("bertrand").say("where does tamsin lose deals"), Refusal).reason == "not_allowed"
    assert only(talk("joaquin", thread="j").say("where does tamsin lose deals"), Refusal).reason == "not_allowed"
    own = only(talk("tamsin", thread="o").say("where do i lose deals"), Coaching)
    assert own.subject == "Tamsin Okafor"


def test_a_brief_has_people_promises_and_gaps(talk):
    brief = only(talk().say("prep me for globex tomorrow"), Document)
    assert "2026-03-12" in brief.markdown
    assert "Dana Reyes" in brief.markdown
    for heading in ("## People", "## Last touches", "## Open promises", "## Gaps to close"):
        assert heading in brief.markdown, heading
    assert all(f"❓ {q}" in brief.markdown and f"- [ ] {q}" in brief.markdown for q in brief.open_questions)
    cited = [n for n in range(1, 9) if f"[{n}]" in brief.markdown]
    assert cited == list(range(1, len(brief.sources) + 1))


def test_a_plan_says_what_changed_since_the_last_one(talk, house):
    rep = talk()
    first = only(rep.say("opportunity plan for the globex inbound dock rollout"), Document)
    assert (first.changed, bool(first.open_questions)) == ((), True)
    house.desk.crm.push(
        Write(
            by_id="q05",
            at=NOW,
            deal_id="qd001",
            fields=(("next_step", "Walk the dock with Dana"), ("next_step_due", date(2026, 3, 20))),
        ),
        "k2",
        None,
    )
    second = only(rep.say("opportunity plan for the globex inbound dock rollout"), Document)
    assert any(line.startswith("+") and "Walk the dock with Dana" in line for line in second.changed)


def test_account_and_territory_plans(talk):
    account = only(talk().say("account plan for globex"), Document)
    assert "Globex" in account.title
    assert "## White space by product" in account.markdown
    territory = only(talk().say("territory plan for me"), Document)
    assert "Tamsin Okafor" in territory.title
    assert "## Target arithmetic" in territory.markdown
    managed = only(talk("solomon", thread="s").say("territory plan for tamsin"), Document)
    assert managed.title == territory.title
    assert only(talk("bertrand", thread="b").say("territory plan for tamsin"), Refusal).reason == "not_allowed"
    assert (
        only(talk("joaquin", thread="j").say("opportunity plan for the globex inbound dock rollout"), Refusal).reason
        == "not_found"
    )


def test_a_plan_is_a_word_file_with_its_headings(talk, tmp_path):
    from docx import Document as WordDocument

    plan = only(talk().say("account plan for globex"), Document)
    file = attachment(plan, tmp_path)
    assert file.name.endswith(".docx")
    read = WordDocument(io.BytesIO(file.data))
    assert read.paragraphs[0].text == plan.title
    headings = [p.text for p in read.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [line[3:] for line in plan.markdown.splitlines() if line.startswith("## ")]


@pytest.mark.parametrize(
    ("after", "days", "monthly", "expected"),
    [
        (
            "2026-03-06T20:00:00+00:00",
            ("mon",),
            False,
            "2026-03-09T13:00:00+00:00",
        ),  # New York is 4 hours behind from 8 March on
        ("2026-02-27T20:00:00+00:00", ("mon",), False, "2026-03-02T14:00:00+00:00"),
        ("2026-10-30T20:00:00+00:00", ("mon",), False, "2026-11-02T14:00:00+00:00"),
        ("2026-03-09T12:59:59+00:00", ("mon",), False, "2026-03-09T13:00:00+00:00"),
        ("2026-03-09T13:00:00+00:00", ("mon",), False, "2026-03-16T13:00:00+00:00"),
        ("2026-03-11T13:00:00+00:00", ("mon", "thu"), False, "2026-03-12T13:00:00+00:00"),
        ("2026-03-11T13:00:00+00:00", ("mon",), True, "2026-04-06T13:00:00+00:00"),
    ],
)
def test_a_schedule_keeps_the_wall_clock_through_summer_time(after, days, monthly, expected):
    assert next_time(
        datetime.fromisoformat(after), days, 9, 0, "America/New_York", monthly=monthly
    ) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at 9", (9, 0)),
        ("9am", (9, 0)),
        ("at 8:30", (8, 30)),
        ("16:45", (16, 45)),
        ("4pm", (16, 0)),
        ("12 am", (0, 0)),
        ("noon", (12, 0)),
        ("早上9点", (9, 0)),
        ("下午四点半", (16, 30)),
        ("top 5 deals", None),
        ("at 99", None),
    ],
)
def test_times_of_day(text, expected):
    assert time_said(text) == expected


def test_a_digest_is_made_listed_and_cancelled_by_talking(talk):
    manager = talk("solomon", "#east-sales")
    only(manager.say("pipeline summary for my team"), PipelineReport)
    made = only(manager.say("post this every monday at 9 here"), Schedules)
    assert (made.action, made.schedules[0].channel) == ("created", "#east-sales")
    assert made.schedules[0].next.astimezone(UTC).weekday() == 0
    assert [s.id for s in only(manager.say("what's scheduled here?"), Schedules).schedules] == [made.schedules[0].id]
    assert only(manager.say("cancel it"), Schedules).action == "cancelled"
    assert only(manager.say("what's scheduled here?"), Schedules).schedules == ()


def test_a_rep_cannot_schedule_what_they_may_not_read_nor_stop_others_digests(talk):
    assert (
        only(talk("tamsin", "#east-sales").say("post the pipeline of joaquin every friday at 4pm here"), Refusal).reason
        == "not_allowed"
    )
    only(
        talk("solomon", "#east-sales", thread="s").say(
            "post the pipeline summary for my team every friday at 4pm here"
        ),
        Schedules,
    )
    assert (
        only(talk("tamsin", "#east-sales", thread="x").say("stop the friday digest"), Refusal).reason == "not_allowed"
    )


def test_a_digest_is_checked_at_each_sending(talk, house):
    only(talk("solomon", "#east-sales").say("post the pipeline summary for my team every monday at 9 here"), Schedules)
    digest = house.desk.schedules.at("#east-sales")[0]
    there = house.desk.mirror.audience("#east-sales")
    assert [r.kind for r in due.digest(house.desk, digest.id, there, NOW).replies] == ["report"]
    now_external = Audience("#east-sales", ChannelKind.EXTERNAL)
    now_public = Audience("#east-sales", ChannelKind.PUBLIC, None)
    for audience in (now_external, now_public):
        told = due.digest(house.desk, digest.id, audience, NOW)
        assert [r.kind for r in told.replies] == ["refusal"]
        assert told.email == "solomon@quayline.example"


def test_snoozing_and_the_morning_message(talk, house):
    from bot.handlers.digests.digests import nudges_due

    morning = datetime(2026, 3, 12, 12, 30, tzinfo=UTC)  # 8:30 in New York
    assert "q05" in dict(nudges_due(house.desk, morning, 8))
    assert "q05" not in dict(nudges_due(house.desk, morning + timedelta(hours=3), 8))
    assert "q05" not in dict(nudges_due(house.desk, morning + timedelta(days=2), 8))  # a Saturday
    nudge = due.nudge(house.desk, "q05", morning)
    assert isinstance(nudge.replies[0], DealsFound)
    assert all(d.owner == "Tamsin Okafor" and d.why for d in nudge.replies[0].deals)
    assert only(talk().say("snooze the morning messages till monday"), Schedules).action == "snoozed"
    assert "q05" not in dict(nudges_due(house.desk, morning, 8))
    assert "q05" in dict(nudges_due(house.desk, morning + timedelta(days=4), 8))
    talk().say("turn the morning messages back on")
    talk().say("snooze the morning messages")
    assert "q05" not in dict(nudges_due(house.desk, morning, 8))
    assert "q05" in dict(nudges_due(house.desk, morning + timedelta(days=7), 8))
    talk().say("pause the morning messages for two weeks")
    assert "q05" not in dict(nudges_due(house.desk, morning + timedelta(days=7), 8))
    assert "q05" in dict(nudges_due(house.desk, morning + timedelta(days=14), 8))
    talk().say("turn off the morning messages")
    assert "q05" not in dict(nudges_due(house.desk, morning + timedelta(days=4), 8))
    talk().say("turn the morning messages back on")
    assert "q05" in dict(nudges_due(house.desk, morning, 8))


def test_a_forecast_has_an_interval_the_same_each_time_and_is_kept(talk, house):
    report = only(talk("solomon").say("forecast for this quarter"), PipelineReport)
    m = report.metrics
    assert (
        m["won_amount"]
        <= m["forecast_low"]
        <= m["forecast_median"]
        <= m["forecast_high"]
        <= m["won_amount"] + m["open_amount"]
    )
    assert only(talk("solomon", thread="2").say("forecast for this quarter"), PipelineReport).metrics == m
    later = only(
        talk("solomon", thread="3", now=NOW + timedelta(days=5)).say("forecast for this quarter"), PipelineReport
    )
    assert "Forecast on 2026-03-11" in as_json(later)["text"]


def test_a_certain_deal_lands_and_an_impossible_one_does_not():
    sure = simulate([("Verbal", Decimal(100))], Decimal(50), {"Verbal": Decimal(100)}, {"Verbal": 500})
    never = simulate([("Target", Decimal(100))], Decimal(50), {"Target": Decimal(0)}, {"Target": 500})
    assert (round(sure.low), round(sure.high)) == (150, 150)
    assert (round(never.low), round(never.high)) == (50, 50)
    few = simulate([("Half", Decimal(1))] * 400, Decimal(0), {"Half": Decimal(50)}, {"Half": 5000})
    many = simulate([("Half", Decimal(1))] * 1200, Decimal(0), {"Half": Decimal(50)}, {"Half": 5000})
    assert few.middle / 400 == pytest.approx(many.middle / 1200, rel=0.05)


def test_charts_are_drawn_once_and_say_the_same_in_words(tmp_path, talk):
    report = only(talk("solomon").say("pipeline summary for my team"), PipelineReport)
    folder = tmp_path / "charts"
    file = draw(report.picture, folder)
    assert file.read_bytes().startswith(b"\x89PNG")
    drawn = file.stat().st_mtime_ns
    assert draw(report.picture, folder) == file
    assert file.stat().st_mtime_ns == drawn
    assert all(bar.label in report.picture.alt and bar.shown in report.picture.alt for bar in report.picture.bars)
    assert [p.suffix for p in folder.iterdir()] == [".png"]


def test_a_chart_without_a_font_for_its_characters_is_left_out(tmp_path):
    chart = Chart(title="华东", bars=(Bar(label="赢单", size=1.0, shown="1", kind="won"),), alt="华东")
    assert draw(chart, tmp_path, chinese=("A font that nobody has",)) is None


@pytest.mark.parametrize(
    "text",
    [
        "what changed since last week", "conversion for my team", "forecast for q2", "pipeline by product this year",
        "pipeline by industry", "pipeline by month this year", "won by quarter this year",
        "pipeline by stage", "pipeline by forecast category", "this quarter vs last quarter", "pipeline for 2035",
        "how is tamsin doing", "what should we fix",
    ],
)  # fmt: skip
def test_every_way_of_asking_gives_a_report_that_can_be_read(talk, text):
    report = only(talk("solomon").say(text), PipelineReport)
    shown = render(report)
    assert shown.text
    assert len(shown.blocks) <= 50


def test_nobody_learns_a_total_by_leaving_parts_out(talk):
    assert only(talk("solomon").say("pipeline total of all minus my team"), Refusal).reason == "unsupported"
    assert only(talk("tamsin", thread="b").say("pipeline for bertrand"), Refusal).reason == "not_allowed"
    own = only(talk("tamsin", thread="c").say("company pipeline by rep"), PipelineReport)
    assert {row.label for row in own.rows} <= {"Tamsin Okafor"}


def test_somebody_unknown_is_said_to_be_unknown(talk):
    assert only(talk("solomon").say("how is wolfram doing"), Refusal).reason == "not_found"


def test_follow_ups_narrow_and_widen(talk):
    manager = talk("solomon")
    only(manager.say("pipeline summary for my team"), PipelineReport)
    assert only(manager.say("just tamsin"), PipelineReport).scope == "Tamsin Okafor"
    again = only(manager.say("and last quarter?"), PipelineReport)
    assert (again.scope, again.period.start.isoformat()) == ("Tamsin Okafor", "2025-10-01")
    only(manager.say("deals closing this quarter"), DealsFound)
    assert all(d.amount > 100_000 for d in only(manager.say("only over 100k"), DealsFound).deals)


def test_promises_in_notes():
    assert promises_of("Nice talk. Dana will send the volumes by Friday. Weather was fine.") == [
        "Dana will send the volumes by Friday."
    ]


@pytest.fixture
def played(tmp_path):
    """The playground on the sample company of today."""
    import socket

    from bot.cli.playground import Playground
    from bot.crm.csv.folder import import_folder
    from bot.playground.sample import SampleCompany

    house = house_in(tmp_path)
    SampleCompany(datetime.now(UTC).date()).write(tmp_path / "sample")
    import_folder(house.engine, tmp_path / "sample", house.process)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Playground(house, port) as playground:
        yield house, playground


def test_the_digest_and_the_chart_arrive_in_slack_and_its_thread_knows_the_question(played):
    house, playground = played
    channel = next(c for c in playground.workspace.channels.values() if c.name == "#east-sales")
    solomon = next(m.id for m in playground.workspace.members.values() if m.email == "solomon@quayline.example")
    playground.deliverer.say(
        solomon, channel.id, f"<@{BOT_USER}> post the pipeline summary for my team every monday at 9 here"
    )
    wait_for(lambda: house.desk.schedules.at(channel.id))
    due = house.desk.schedules.at(channel.id)[0].next_at + timedelta(minutes=1)
    playground.side.take_due(due)
    playground.side.take_due(due)
    posted = playground.workspace.posted
    wait_for(lambda: [p for p in posted if p.channel == channel.id and p.files])
    time.sleep(0.5)
    digests = [p for p in posted if p.channel == channel.id and p.text.startswith("Pipeline:")]
    assert (len(digests), digests[0].thread_ts) == (1, None)
    shared = [p for p in posted if p.files]
    assert [p.thread_ts for p in shared] == [digests[0].ts]
    assert playground.workspace.files[shared[0].files[0]].data.startswith(b"\x89PNG")
    assert house.desk.schedules.at(channel.id)[0].next_at > due
    playground.deliverer.say(solomon, channel.id, "by stage", digests[0].ts)
    wait_for(
        lambda: [
            p for p in posted if p.thread_ts == digests[0].ts and p.user == BOT_USER and p.text.startswith("Pipeline:")
        ]
    )


def test_a_plan_becomes_a_canvas_that_people_edit_and_caddie_never_overwrites(played):
    house, playground = played
    workspace = playground.workspace
    tamsin = next(m.id for m in workspace.members.values() if m.email == "tamsin@quayline.example")
    place = workspace.direct(tamsin).id
    playground.deliverer.say(tamsin, place, "opportunity plan for the globex inbound dock rollout")
    wait_for(lambda: [p for p in workspace.posted if p.channel == place and p.files])
    (canvas,) = workspace.canvases
    assert workspace.canvases[canvas] == {tamsin}, "nobody else may open it"
    written = workspace.files[canvas].data.decode()
    assert "## " in written
    assert not written.startswith("# ")
    workspace.files[canvas].data += b"\nMy own words."
    deal = next(d for d in house.desk.mirror.deals() if d.name == "Globex inbound dock rollout")
    fields = (("next_step", "Walk the dock with Dana"), ("next_step_due", date(2030, 1, 2)))
    house.desk.crm.push(
        Write(by_id=deal.owner_id, at=datetime.now(UTC), deal_id=deal.id, fields=fields), "k-canvas", None
    )
    playground.deliverer.say(tamsin, place, "opportunity plan for the globex inbound dock rollout")
    wait_for(lambda: "Walk the dock" in workspace.files[canvas].data.decode())
    assert list(workspace.canvases) == [canvas], "continued, not made anew"
    again = workspace.files[canvas].data.decode()
    assert again.index("Walk the dock") < again.index(written[:200])
    assert again.endswith("My own words.")


@pytest.mark.parametrize(
    "code", ["missing_scope", "free_teams_cannot_create_non_tabbed_canvases", "canvas_disabled_user_team"]
)
def test_a_plan_comes_as_a_word_file_where_there_are_no_canvases(played, code):
    _, playground = played
    workspace = playground.workspace
    workspace.fail_next("canvases.create", code)
    tamsin = next(m.id for m in workspace.members.values() if m.email == "tamsin@quayline.example")
    place = workspace.direct(tamsin).id
    playground.deliverer.say(tamsin, place, "opportunity plan for the globex inbound dock rollout")
    wait_for(lambda: [p for p in workspace.posted if p.channel == place and p.files])
    assert [workspace.files[f].name.rsplit(".", 1)[1] for p in workspace.posted for f in p.files] == ["docx"]


def test_marketing_announces_an_aid_in_channels_within_the_company(played):
    house, playground = played
    workspace = playground.workspace
    here = {c.name: c.id for c in workspace.channels.values()}
    imogen = next(m.id for m in workspace.members.values() if m.email == "imogen@quayline.example")
    aid = house.library.take_draft(
        "---\nkind: product_update\nid: pu-gate\ntitle: Gate sensors read plates at night\nstatus: "
        "draft\nchanged: [Night vision]\n---\n"
    )
    house.library.catalogue.set_status(aid.id, "approved")
    place = workspace.direct(imogen).id
    playground.deliverer.say(
        imogen,
        place,
        f"announce {aid.title} in <#{here['#east-sales']}|east-sales> and <#{here['#ext-globex']}|ext-globex>",
    )
    wait_for(lambda: len([p for p in workspace.posted if p.user == BOT_USER and p.channel == place]) >= 2)
    announced = [p for p in workspace.posted if p.user == BOT_USER and p.channel == here["#east-sales"]]
    assert len(announced) == 1
    assert aid.title in announced[0].text
    assert not [p for p in workspace.posted if p.channel == here["#ext-globex"]], "never to people from outside"
    told = " ".join(p.text for p in workspace.posted if p.channel == place)
    assert "People from outside read #ext-globex" in told


def test_the_owner_of_an_aid_hears_once_that_it_runs_out(played):
    house, playground = played
    text = (
        "---\nkind: promotion\nid: pr-soon\ntitle: Soon over\nstatus: draft\nowner: "
        "imogen@quayline.example\nvalid_until: {day}\noffer: Half price\n---\n"
    )
    house.library.take_draft(text.replace("{day}", (datetime.now(UTC).date() + timedelta(days=5)).isoformat()))
    house.library.catalogue.set_status("pr-soon", "approved")
    playground.side._morning_hour = 8
    at = datetime.now(UTC).replace(hour=8, minute=30)
    for minutes in (0, 1, 2):
        playground.side.take_due(at + timedelta(minutes=minutes))
    imogen = next(m.id for m in playground.workspace.members.values() if m.email == "imogen@quayline.example")
    place = playground.workspace.direct(imogen).id
    said = lambda: [p for p in playground.workspace.posted if p.channel == place and "runs out on" in p.text]  # noqa: E731
    wait_for(said)
    time.sleep(0.5)
    assert len(said()) == 1


def wait_for(found):
    while not found():
        time.sleep(0.05)


def test_a_chart_never_follows_an_answer_for_one_alone(house):
    assert attachment(Refusal(reason="not_found", say="sentence"), house.settings.charts) is None
    assert DIRECT.direct


def test_the_scoreboard_sets_records_beside_results(talk, house):
    talk("tamsin", thread="lib").say("pain chain for a CFO in manufacturing")
    board = only(talk("solomon").say("scoreboard for my team"), PipelineReport)
    told = dict(board.sections)["Records and results"]
    tamsin = next(line for line in told if line.startswith("Tamsin Okafor"))
    assert "library used 1×" in tamsin
    assert (
        f"win rate {next(r for r in board.rows if r.label == 'Tamsin Okafor').metrics['win_rate_count']:.0%}" in tamsin
    )
    assert told[-1].startswith(("Rank correlation", "With fewer than"))


def test_ranks_share_and_correlate():
    from bot.handlers.asking.scoreboard import _pearson, _ranks

    assert _ranks([3.0, 1.0, 3.0]) == [2.5, 1.0, 2.5]
    assert _pearson(_ranks([1.0, 2.0, 3.0]), _ranks([10.0, 20.0, 30.0])) == pytest.approx(1.0)


def test_the_deals_behind_a_number_open_by_a_button_with_the_pressers_own_rights(talk):
    manager = talk("solomon")
    report = only(manager.say("pipeline summary for my team"), PipelineReport)
    numbers = {opening.name: only(manager.press("deals", opening.query), DealsFound) for opening in report.openings}
    assert {"open", "won", "stalled"} <= numbers.keys()
    for name, listed in numbers.items():
        if name != "slipped":
            assert listed.count == report.metrics[f"{name}_count"], name
    assert float(numbers["open"].total["USD"]) == report.metrics["open_amount"]
    assert float(numbers["won"].total["USD"]) == report.metrics["won_amount"]
    rep = only(talk("tamsin", thread="r").press("deals", '{"whose": "Joaquin Salvatierra"}'), Refusal)
    assert rep.reason == "not_allowed"
    assert only(manager.press("deals", "not a query"), Refusal).reason == "expired"


@pytest.mark.parametrize(
    "text",
    [
        "pipeline by rep",
        "pipeline by stage",
        "pipeline by product",
        "pipeline by month",
        "pipeline by forecast category",
    ],
)
def test_each_row_of_a_report_opens_into_its_deals(talk, text):
    manager = talk("solomon")
    report = only(manager.say(text), PipelineReport)
    opened = [row for row in report.rows if row.query]
    assert opened
    for row in opened:
        assert only(manager.press("deals", row.query), DealsFound).count == row.metrics["open_count"], row.label


def test_each_count_of_the_hygiene_opens_into_its_deals_with_a_way_to_mend_each(talk):
    manager = talk("solomon")
    report = only(manager.say("deal hygiene for my team"), PipelineReport)
    counted = [
        line for _, lines in report.sections for line in lines if isinstance(line, Line) and line.action == "deals"
    ]
    assert counted
    for line in counted:
        listed = only(manager.press("deals", line.value), DealsFound)
        assert line.text.endswith(f": {listed.count}")
        assert all(deal.fix for deal in listed.deals)


def test_a_button_stands_for_the_same_deals_whoever_presses(talk):
    report = only(talk("solomon").say("pipeline summary for my team"), PipelineReport)
    opened = next(o for o in report.openings if o.name == "open")
    mine = only(talk("solomon", thread="a").press("deals", opened.query), DealsFound)
    above = only(talk("henrike", thread="b").press("deals", opened.query), DealsFound)
    assert {d.id for d in mine.deals} == {d.id for d in above.deals}
    beside = talk("paloma", thread="c").press("deals", opened.query).replies[0]
    assert isinstance(beside, Refusal), "another manager gets no other team's deals for it"


def test_a_finding_is_mended_in_a_form_on_the_very_deal(talk, house):
    rep = talk("tamsin")
    listed = only(rep.say("my deals without a next step"), DealsFound)
    value = next(deal.fix for deal in listed.deals if deal.fix)
    form = only(rep.press("fix", value), LogForm)
    assert form.about
    assert form.values.deal == listed.deals[0].name
    asked = Press("edit", rep.email, DIRECT, rep.thread, NOW, form.ref)
    assert house.caddie.check(asked, form.values).keys() == {"summary"}, "a form sent back as it came changes nothing"
    filled = form.values.model_copy(update={"next_step": "Send the plan", "next_step_due": date(2026, 3, 20)})
    assert not house.caddie.check(asked, filled)
    card = only(house.caddie.submit(asked, filled), DraftCard)
    assert (card.deal.name, card.next_step.text, card.changes) == (listed.deals[0].name, "Send the plan", ())
    rep.press("confirm", card.draft_id)
    assert only(rep.press("fix", value), Refusal).say == "fixed_already"


def test_a_finding_is_mended_only_by_who_may_change_the_deal(talk):
    value = next(
        deal.fix for deal in only(talk("tamsin").say("my deals without a next step"), DealsFound).deals if deal.fix
    )
    assert only(talk("tamsin", thread="m").press("fix", "no_next_step:nothing"), Refusal).reason == "not_found"
    assert only(talk("tamsin", thread="n").press("fix", "drop table:x"), Refusal).reason == "expired"
    stranger = only(talk("joaquin", thread="j").press("fix", value), Refusal)
    assert stranger.reason == "not_found", "as if the deal were not there"


def test_a_manager_may_post_a_summary_where_not_all_may_see_it_and_it_is_audited(talk, house):
    manager = talk("solomon", "#sales-all")
    report = only(manager.say("pipeline summary for my team"), PipelineReport)
    assert (report.audience, report.shareable) == ("ephemeral", True)
    buttons = [
        e["action_id"] for block in render(report).blocks if block["type"] == "actions" for e in block["elements"]
    ]
    assert buttons == ["deals", "post"]
    assert only(manager.press("post", report.query), PipelineReport).audience == "channel"
    from sqlalchemy import select

    from bot.storage.audit import audit_log

    with house.engine.connect() as connection:
        shared = connection.execute(
            select(audit_log.c.person_id, audit_log.c.source).where(audit_log.c.action == "shared")
        ).all()
    assert shared == [("q02", "Solomon Adeyinka's team → #sales-all")]
    assert (
        only(talk("tamsin", "#sales-all", thread="t").press("post", '{"whose": "me"}'), Refusal).reason == "not_allowed"
    )
    assert (
        only(talk("solomon", "#ext-globex", thread="x").press("post", report.query), Refusal).reason
        == "external_audience"
    )


def test_an_account_plan_leaves_out_what_was_done_on_somebody_elses_deals(talk, house):
    from bot.crm.port import NewActivity
    from bot.domain.activities import ActivityKind

    mirror = house.desk.mirror
    account = mirror.deal("qd001").account_id
    other = Write(
        by_id="q04",
        at=NOW,
        create="deal",
        account_id=account,
        fields=(
            ("name", "Globex secret"),
            ("owner_id", "q04"),
            ("stage", mirror.deal("qd001").stage),
            ("currency", "USD"),
        ),
    )
    ref = house.desk.crm.push(other, "made", None).ref
    done = NewActivity(ActivityKind.CALL, NOW - timedelta(hours=1), "A word that nobody else may read")
    house.desk.crm.push(Write(by_id="q04", at=NOW, deal_id=ref, account_id=account, activity=done), "told", None)
    plan = only(talk().say("account plan for globex"), Document)
    assert "secret" not in plan.markdown
    assert "nobody else may read" not in plan.markdown


@pytest.mark.parametrize(
    "text",
    [
        "post this every blursday at 9 here",
        "post this every monday at 99 here",
        "post this every day at 25:00 here",
        "每天30点发到这里",
    ],
)
def test_a_schedule_without_days_or_time_is_asked_for_again(talk, text):
    assert only(talk("solomon", "#east-sales").say(text), Refusal).say == "later_schedule_when"


def test_odd_numbers_of_deals(talk):
    assert only(talk("solomon").say("top 0 deals"), DealsFound).count == 1
    assert only(talk("solomon", thread="2").say("top 5000 deals"), DealsFound).count <= 100
