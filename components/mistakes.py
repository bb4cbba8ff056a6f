"""How a wrong setting is reported: which one, its value, the rule and its source, what would be right."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError


@dataclass(frozen=True)
class Mistake:
    """One wrong setting. `value` is None where there is none to show: nothing was set, or it is a secret."""

    setting: str
    value: object | None
    rule: str
    source: str
    right: str

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {self.value!r}"
        source = f" ({self.source})" if self.source else ""
        right = f"\n      Right would be: {self.right}" if self.right else ""
        return f"  - {self.setting}{shown}\n      {self.rule}{source}.{right}"


def report(mistakes: Sequence[Mistake], stack: str) -> str:
    """All `mistakes` of the configuration of `stack` as one message."""
    settings = "setting is" if len(mistakes) == 1 else "settings are"
    listed = "\n".join(str(mistake) for mistake in mistakes)
    return f"{len(mistakes)} {settings} wrong in the configuration of stack {stack!r}:\n{listed}"


def broken(rule: str, *, source: str = "", right: str = "") -> PydanticCustomError:
    """The error a validator raises when its value breaks `rule`.

    rule: completes "This setting ...", without a full stop. source: what states the rule.
    right: a correct value, or a command that sets one.
    """
    # The texts travel in the context, not in the template: pydantic would expand braces in them.
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "source": source, "right": right})


def mistake_from(error: ErrorDetails, *, hidden: bool) -> Mistake:
    """What pydantic found; `hidden` for values that no message may show."""
    setting = setting_at(error["loc"])
    value = None if hidden or error["input"] == "" else error["input"]
    if error["type"] == "rule":
        context = error.get("ctx", {})
        return Mistake(setting, value, context["rule"], context["source"], context["right"])
    return Mistake(setting, value, error["msg"][0].lower() + error["msg"][1:], "", "")


def setting_at(location: Sequence[str | int]) -> str:
    """A place in the configuration as `pulumi config set --path` writes it: topics[0].name."""
    # pydantic names a field by its alias, but one whose default is wrong by its attribute.
    parts = (f"[{part}]" if isinstance(part, int) else f".{to_camel(part)}" for part in location)
    return "".join(parts).removeprefix(".")


def unknown(setting: str, known: Iterable[str]) -> Mistake:
    """The mistake of a setting that does not exist, with the one that was probably meant."""
    near = difflib.get_close_matches(setting, list(known), n=1)
    right = f"{near[0]}" if near else "a setting listed in Pulumi.yaml"
    return Mistake(setting, None, "is no setting of this program", "Pulumi.yaml", right)
