"""Settings of a new stack, by asking for each that has no default until it breaks no rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from components.settings import Settings
from components.settings.settings import WrongSettings
from components.settings.validation.about import about
from components.settings.validation.mistakes import Mistake

Ask = Callable[[str, str, bool], str]
"""Asks a person: the question, what is proposed, whether the answer is a secret. Empty: as proposed."""


def required(values: Mapping[str, Any]) -> list[str]:
    """The settings that are missing beside these, in the order of the reference."""
    missing = {mistake.setting for mistake in mistakes(values)} - values.keys()
    return [name for name in _fields() if name in missing]


def secrets() -> set[str]:
    """The settings that are stored encrypted."""
    return {name for name, field in _fields().items() if about(field).set_secret}


def mistakes(values: Mapping[str, Any]) -> list[Mistake]:
    """What the program itself would refuse in these settings."""
    try:
        Settings.parse(values, secrets(), stack="")
    except WrongSettings as wrong:
        return wrong.mistakes
    return []


def answered(values: Mapping[str, Any], proposed: Mapping[str, Any], ask: Ask) -> dict[str, Any]:
    """The settings with an answer for each required one that is not among `values`.

    A wrong answer is told, with the rule and what would be right, and asked for again.
    """
    complete = dict(values)
    for name in required(values):
        told = _fields()[name].description or ""
        question = f"{name}: {told}"
        while True:
            answer = ask(question, str(proposed.get(name, "")), name in secrets()) or proposed.get(name, "")
            complete[name] = _in_its_form(name, answer)
            wrong = [one for one in mistakes(complete) if one.setting.startswith(name)]
            if not wrong:
                break
            question = "\n".join(map(str, wrong)) + f"\n{name}"
    return complete


def _in_its_form(name: str, answer: Any) -> Any:
    """A list where the setting is one: ranges with commas between them."""
    if isinstance(answer, str) and isinstance(_fields()[name].default, tuple):
        return [part.strip() for part in answer.split(",") if part.strip()]
    return answer


def _fields() -> dict[str, Any]:
    return {str(field.alias): field for field in Settings.model_fields.values()}
