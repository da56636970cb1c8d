"""E-mails, as text or from Outlook."""

from io import BytesIO
from typing import Any

from bot.errors import BadRequest
from ingest.formats.html import html
from ingest.formats.text import Read
from ingest.markdown import Piece, pieces


def eml(data: bytes, name: str) -> Read:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    if body is None:
        raise BadRequest("file_mail")
    content = body.get_content() if isinstance(body, EmailMessage) else ""
    found = html(content.encode(), name)[1] if body.get_content_type() == "text/html" else list(pieces((), content))
    subject = str(message.get("subject") or "").strip()
    facts = ", ".join(str(message.get(field)) for field in ("from", "date") if message.get(field))
    return subject, [Piece(("body", *piece.headings), piece.text) for piece in [*pieces((), facts), *found]]


_MSG_FIELDS = {"subject": "0037", "sender": "0C1A", "body": "1000"}


def msg(data: bytes, _name: str) -> Read:
    """An Outlook message: its properties are streams named by their tag and type (MS-OXMSG 2.4)."""
    import olefile

    try:
        with olefile.OleFileIO(BytesIO(data)) as stored:
            values = {field: _property(stored, tag) for field, tag in _MSG_FIELDS.items()}
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise BadRequest("file_msg") from error
    if not values["body"]:
        raise BadRequest("file_msg_empty")
    return values["subject"], list(pieces(("body",), f"{values['sender']}\n\n{values['body']}"))


def _property(stored: Any, tag: str) -> str:
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252")):
        name = f"__substg1.0_{tag}{kind}"
        if stored.exists(name):
            return str(stored.openstream(name).read().decode(encoding, "replace")).replace("\r\n", "\n").strip("\0 \n")
    return ""
