"""The command line as scripts see it: real processes, JSON, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(house, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "CADDIE_DATA": str(house.settings.caddie_data), "CADDIE_MODEL": ""}
    return subprocess.run(
        [sys.executable, "-m", *args], cwd=ROOT, env=env, input=stdin, capture_output=True, text=True, timeout=120
    )


def test_ask_answers_one_json_document(house):
    done = run(
        house,
        "bot",
        "ask",
        "my pipeline",
        "--as",
        "tamsin@quayline.example",
        "--now",
        "2026-03-11T10:00:00-04:00",
        "--json",
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["model"], answer["replies"][0]["kind"]) == (0, "offline", "report")
    assert answer["replies"][0]["period"] == {"from": "2026-01-01", "to": "2026-03-31"}


def test_batch_keeps_order_and_ids_and_survives_bad_lines(house, tmp_path):
    lines = [
        {
            "id": "1",
            "text": "globex inbound dock rollout is 190k now",
            "as": "tamsin@quayline.example",
            "thread": "a",
            "now": "2026-03-11T10:00:00-04:00",
        },
        {
            "id": "2",
            "press": "confirm",
            "as": "tamsin@quayline.example",
            "thread": "a",
            "now": "2026-03-11T10:01:00-04:00",
        },
        {"id": "3", "as": "tamsin@quayline.example"},
        {"id": "4", "text": "x", "as": "tamsin@quayline.example", "in": "#nowhere"},
    ]
    file = tmp_path / "batch.jsonl"
    file.write_text("\n".join([*map(json.dumps, lines), "{broken"]), encoding="utf-8")
    done = run(house, "bot", "ask", "--batch", str(file), "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a.get("id") for a in answers] == ["1", "2", "3", "4", None]
    assert answers[1]["replies"][0]["kind"] == "receipt"
    assert all("error" in a for a in answers[2:])


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("bot", "ask"), 2, "as whom"),
        (("bot", "ask", "hi", "--as", "tamsin@quayline.example", "--in", "#nowhere"), 2, "not known"),
        (("bot", "crm", "import", "/nonexistent"), 1, "no folder"),
        (("bot", "crm", "show", "deal", "nothing"), 1, "no deal"),
        (("bot", "bench", "nonsense"), 2, "no benchmark"),
        (("ingest", "/nonexistent"), 2, "does not exist"),
    ],
)
def test_wrong_usage_ends_with_a_sentence_and_the_right_code(house, args, code, says):
    done = run(house, *args)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_not_understood_is_listed_without_names(house):
    asked = ("--as", "tamsin@quayline.example", "--json")
    unclear = json.loads(run(house, "bot", "ask", "flurb the wozzle for Wonderko", *asked).stdout)
    assert unclear["replies"][0]["kind"] in {"choice", "refusal"}
    (listed,) = [json.loads(line) for line in run(house, "bot", "unread", "--json").stdout.splitlines()]
    assert (listed["words"], listed["times"]) == ("flurb the wozzle for [name]", 1)


def test_doctor_tells_what_is_missing(tmp_path, house):
    assert run(house, "bot", "doctor").returncode == 0
    empty = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=ROOT,
        env={**os.environ, "CADDIE_DATA": str(tmp_path / "empty")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert empty.returncode == 1
    assert "crm import" in empty.stdout
