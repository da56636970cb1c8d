"""Everything that can go wrong, as one tree.

    CaddieError                 carries a sentence fit for a rep, with what to do next
    ├── BadRequest              the input cannot be taken as it is (wrong usage, bad file, bad field)
    │   └── ImportRefused       a CSV folder or an export cannot be imported at all
    ├── NotFound                a record or draft is not there, or not for this person
    ├── Conflict                the record changed since it was shown
    ├── CrmUnavailable          the CRM behind cannot be reached now; try again later
    ├── CrmRefused              the CRM behind says no to this write for good
    ├── ModelUnavailable        the language model failed or was too slow; offline takes over
    └── NotConfigured           a setting is missing or wrong

"Not found" and "which one?" in a conversation are replies, not exceptions.
"""


class CaddieError(Exception):
    """Base of the tree; `str(error)` is the sentence."""


class BadRequest(CaddieError):
    pass


class ImportRefused(BadRequest):
    pass


class NotFound(CaddieError):
    pass


class Conflict(CaddieError):
    """`changed` names the fields that differ from what was shown."""

    def __init__(self, sentence: str, changed: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.changed = changed


class CrmUnavailable(CaddieError):
    pass


class CrmRefused(CaddieError):
    pass


class ModelUnavailable(CaddieError):
    pass


class NotConfigured(CaddieError):
    pass
