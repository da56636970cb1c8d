"""Making text safe for Slack: escaping, neutral mentions, cuts at Slack's limits."""

import re

SECTION_MOST = 3000
HEADER_MOST = 150
BUTTON_MOST = 75


def escape(text: str) -> str:
    """Outside text without any control sequence: `<!channel>`, mentions and links become plain characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def harmless(text: str) -> str:
    """Plain text to be read beside the blocks and in a terminal: nothing in it can be a mention, a link or a control
    sequence.
    """
    return re.sub(r"<(?=[!@#\w])", "< ", re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text))


def cut(text: str, most: int) -> str:
    """At most `most` characters, an ellipsis where something is missing; escapes are never cut in half."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    amp = kept.rfind("&")
    if amp > len(kept) - 5 and ";" not in kept[amp:]:
        kept = kept[:amp]
    return kept + "…"
