"""Short notices: refusals, what was not understood, help."""

from bot.contract.phrases import phrase
from bot.contract.replies.cards import LogForm
from bot.contract.replies.notices import ChatText, Choice, Discarded, HelpText, NotUnderstood, Refusal
from bot.views import blocks as b
from bot.views.mrkdwn import cut, escape

VALUE_MOST, REASONS_MOST, MEANINGS_MOST = 200, 1500, 3


def refusal(reply: Refusal) -> list[b.Block]:
    values = {
        name: cut(value, REASONS_MOST if name == "reasons" else VALUE_MOST) for name, value in reply.values.items()
    }
    made = [b.section(escape(phrase(reply.language, reply.say, **values)))]
    if reply.nearest:
        listed = [f"{phrase(reply.language, f'aid_{n.kind}')}: {n.title}" for n in reply.nearest]
        made.append(b.section(f"{phrase(reply.language, 'nearest')}\n{b.bullets(listed)}"))
    return made


def unclear(reply: NotUnderstood) -> list[b.Block]:
    return [b.section(f"{escape(phrase(reply.language, reply.say))}\n{b.bullets(reply.suggestions)}")]


def discarded(reply: Discarded) -> list[b.Block]:
    return [b.section(phrase(reply.language, "discarded"))]


def help_text(reply: HelpText) -> list[b.Block]:
    say = reply.language
    made = [b.header(phrase(say, "help_title"))]
    for family, sentences in reply.topics:
        made.append(b.section(f"*{escape(phrase(say, f'help_{family}'))}*\n{b.bullets(sentences)}"))
    return [*made, b.context(escape(phrase(say, "help_hint")))]


def form(reply: LogForm) -> list[b.Block]:
    """What stands where no form can open: its title and what it holds."""
    filled = [f"{name}: {value}" for name, value in reply.values.model_dump(mode="json").items() if value]
    return [b.section(f"*{escape(phrase(reply.language, 'form_title'))}*\n{b.bullets(filled)}")]


def chat(reply: ChatText) -> list[b.Block]:
    said = escape(phrase(reply.language, reply.say, **reply.values))
    return [b.section(f"{said}\n{b.bullets(reply.suggestions)}" if reply.suggestions else said)]


def choice(reply: Choice) -> list[b.Block]:
    options = reply.options[:MEANINGS_MOST]
    buttons = [b.button(option.label, f"choose:{n}", option.id) for n, option in enumerate(options)]
    listed = b.bullets(tuple(option.label for option in options))
    return [b.section(f"{escape(phrase(reply.language, 'choice_title'))}\n{listed}"), b.actions(buttons)]
