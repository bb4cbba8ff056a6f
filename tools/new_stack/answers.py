"""Asks for the settings of a new stack that have no default, until they break no rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from components.settings import Settings
from components.settings.settings import WrongSettings
from components.settings.validation.about import about
from components.settings.validation.mistakes import Mistake

Ask = Callable[[str, str, bool], str]
"""Asks the user: the question, the proposal, whether the answer is a secret. "" accepts the proposal."""


def required(values: Mapping[str, Any]) -> list[str]:
    """The required settings that `values` lacks, in the order of the reference."""
    missing = {mistake.setting for mistake in mistakes(values)} - values.keys()
    return [name for name in _fields() if name in missing]


def secrets() -> set[str]:
    """The settings that are stored encrypted."""
    return {name for name, field in _fields().items() if about(field).set_secret}


def mistakes(values: Mapping[str, Any]) -> list[Mistake]:
    """The mistakes for which the program would refuse these settings."""
    try:
        Settings.parse(values, secrets(), stack="")
    except WrongSettings as wrong:
        return wrong.mistakes
    return []


def answered(values: Mapping[str, Any], proposed: Mapping[str, Any], ask: Ask) -> dict[str, Any]:
    """The settings, with an answer for each required one that `values` lacks.

    After a wrong answer the question is asked again, with the mistake.
    """
    complete = dict(values)
    for name in required(values):
        description = _fields()[name].description or ""
        question = f"{name}: {description}"
        while True:
            answer = ask(question, str(proposed.get(name, "")), name in secrets()) or proposed.get(name, "")
            complete[name] = _converted(name, answer)
            wrong = [one for one in mistakes(complete) if one.setting.startswith(name)]
            if not wrong:
                break
            question = "\n".join(map(str, wrong)) + f"\n{name}"
    return complete


def _converted(name: str, answer: Any) -> Any:
    """The answer, as a list if the setting is one: then commas separate its items."""
    if isinstance(answer, str) and isinstance(_fields()[name].default, tuple):
        return [part.strip() for part in answer.split(",") if part.strip()]
    return answer


def _fields() -> dict[str, Any]:
    return {str(field.alias): field for field in Settings.model_fields.values()}
