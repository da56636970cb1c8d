"""Everything that can go wrong, as one closed tree.

    CaddieError                 names a sentence that a rep reads in the own language, and what fills it
    ├── BadRequest              what was given cannot be taken as it is: a file, a field, an aid
    ├── NotFound                a record is not there any more
    ├── Conflict                a record changed since it was shown
    ├── CrmUnavailable          the CRM behind cannot be reached now; try again later
    ├── CrmRefused              the CRM behind says no to this write for good: which field, and why
    └── OperatorError           for whoever runs Caddie, in English on the terminal
        ├── WrongUsage          the command line or a request was put wrongly
        ├── ImportRefused       a CSV folder or an export cannot be imported at all
        ├── NotConfigured       a setting is missing or wrong
        └── ModelUnavailable    the language model failed or was too slow; offline takes over

Whatever a port raises is one of these, translated in one place of its adapter. `str(error)` is for logs and terminals;
a rep reads `contract.phrases.sentence(language, error)`. "Not found" and "which one?" in a conversation are replies.
"""


class CaddieError(Exception):
    """`say` names a sentence of prompts/phrases.*.yaml, `values` fill it; `reasons` are errors that it sums up."""

    def __init__(self, say: str, /, *reasons: "CaddieError", **values: str) -> None:
        super().__init__(say, *values.values())
        self.say, self.values, self.reasons = say, values, reasons


class BadRequest(CaddieError):
    pass


class NotFound(CaddieError):
    pass


class Conflict(CaddieError):
    pass


class CrmUnavailable(CaddieError):
    def __init__(self, why: str = "") -> None:
        """`why` is for the log: a rep is told that the CRM cannot be reached."""
        super().__init__("crm_down")
        self.why = why


class CrmRefused(CaddieError):
    """`field` is the record's field at fault, by our own name for it; `reason` the CRM's own words."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__("crm_refused_field" if field else "crm_refused", reason=reason)
        self.field = field


class OperatorError(CaddieError):
    """A sentence with what to do next, in English."""

    def __init__(self, sentence: str) -> None:
        super().__init__("operator", sentence=sentence)

    def __str__(self) -> str:
        return self.values["sentence"]


class WrongUsage(OperatorError):
    pass


class ImportRefused(OperatorError):
    pass


class NotConfigured(OperatorError):
    pass


class ModelUnavailable(OperatorError):
    pass
