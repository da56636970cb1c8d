"""Previews of links into the CRM, for those who may see the records."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from bot.contract.replies.reports import DealsFound
from bot.handlers.asking.lists import deals_found
from bot.handlers.turn import Turn

LINKS_MOST = 5


def previews(urls: Sequence[str], turn: Turn) -> dict[str, DealsFound]:
    """The deals behind links, by link: those that the asker may read and that all in the place may see."""
    shown: dict[str, DealsFound] = {}
    for url in urls[:LINKS_MOST]:
        deal = turn.desk.mirror.deal(ref) if (ref := _deal_ref(url, turn.desk.crm_link or "")) else None
        if deal and deal.owner_id in turn.readable and turn.place(frozenset({deal.owner_id})) == "channel":
            shown[url] = deals_found([deal], turn)
    return shown


def _deal_ref(url: str, template: str) -> str | None:
    """The deal's id in a link that the setting CRM_LINK could have made."""
    if not template:
        return None
    pattern = re.escape(template).replace(re.escape("{kind}"), "deal").replace(re.escape("{id}"), r"([^/?#&]+)")
    found = re.fullmatch(pattern + r"(?:[/?#].*)?", url)
    return unquote(found[1]) if found else None
