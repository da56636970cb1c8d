"""Job aids and answers from the library, always with their sources."""

from bot.prompts import phrase, phrases
from bot.replies import AidsFound, Answer, FoundAid, Source
from bot.slack.mrkdwn import cut, escape
from bot.slack.views import blocks as b


def found(reply: AidsFound) -> list[b.Block]:
    """The best aid in full, the others by title."""
    say, best = reply.language, reply.aids[0]
    made = [b.section(f"*{escape(phrase(say, f'aid_{best.kind}'))}: {escape(best.title)}*"), b.context(_meta(best, say))]
    for name, points in best.sections:
        title = phrases(say).get(f"section_{name}") or phrases("en").get(f"section_{name}") or name
        text = bulleted if (bulleted := b.bullets(points)) and len(points) > 1 else escape(" ".join(points))
        made.append(b.section(f"*{escape(title)}*\n{text}" if text else f"*{escape(title)}*"))
    if best.body:
        made.append(b.section(escape(best.body)))
    made.append(b.context(escape(phrase(say, "why", why=best.why))))
    if len(reply.aids) > 1:
        others = "; ".join(f"{phrase(say, f'aid_{a.kind}')} “{a.title}”" for a in reply.aids[1:])
        made.append(b.context(escape(phrase(say, "also", titles=others))))
    return [*made, _rating(best.id)]


def answer(reply: Answer) -> list[b.Block]:
    made = [b.section(escape(cut(reply.prose, 2900)))]
    if reply.sources:
        listed = "\n".join(f"[{n}] {escape(_source(s, reply.language))}" for n, s in enumerate(reply.sources, 1))
        made.append(b.context(f"*{phrase(reply.language, 'sources')}*\n{listed}"))
    return [*made, _rating(reply.sources[0].id if reply.sources else "")]


def _meta(aid: FoundAid, say: str) -> str:
    none = phrase(say, "none")
    until = aid.valid_until.isoformat() if aid.valid_until else none
    return escape(phrase(say, "meta", version=aid.version, owner=aid.owner or none, until=until))


def _source(source: Source, say: str) -> str:
    kind = phrase(say, f"aid_{source.kind}")
    version = f", v{source.version}" if source.version else ""
    where = f" · {source.location}" if source.kind == "document" and source.location else ""
    return f"{kind}: {source.title}{version}{where}"


def _rating(ref: str) -> b.Block:
    return b.actions([b.button("👍", "up", ref), b.button("👎", "down", ref)])
