"""The configuration of the program: every setting with its type, default, meaning and rules.

`Settings.load` reads the stack's configuration and reports every mistake in it at once, so that
`pulumi preview` stops before anything is created. Pulumi.yaml declares the same settings to the CLI.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Self

import pulumi
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from .groups.aks import AksSettings
from .groups.app import AppSettings
from .groups.common import CommonSettings
from .groups.existing import ExistingSettings
from .groups.kafka import KafkaSettings
from .groups.networks import NetworkSettings
from .groups.registry import RegistrySettings
from .groups.restarts import RestartSettings
from .together import SettingsTogether
from .validation.about import about
from .validation.checked import default_at, names_at
from .validation.leniency import Judgement, Standing, judged
from .validation.mistakes import OURS, Mistake, mistakes_from, report, warning
from .validation.unknown import of_other_programs, unknown
from .values import addresses


class WrongSettings(pulumi.RunError):
    """The configuration has `mistakes`. Pulumi prints just the message, without a traceback."""

    def __init__(self, mistakes: list[Mistake], stack: str) -> None:
        super().__init__(report(mistakes, stack))
        self.mistakes = mistakes


# The last base comes first: pydantic validates, and the reference lists, in this order from the bottom up.
class Settings(
    RestartSettings,
    AppSettings,
    NetworkSettings,
    RegistrySettings,
    AksSettings,
    KafkaSettings,
    CommonSettings,
    ExistingSettings,
    SettingsTogether,
):
    """Every setting of the program.

    An empty default of a setting that must not be empty makes it required. (Without a default in Pulumi.yaml
    the CLI itself would stop at the settings that are missing, and hide every other mistake.)
    """

    @classmethod
    def load(cls, config: pulumi.Config, state: Standing) -> Self:
        """The settings in `config`, the configuration of the current stack. Raises WrongSettings.

        state: the outputs of the resources that the stack has already, by type.
        """
        prefix = f"{config.name}:"
        keys = pulumi.runtime.config.CONFIG.get()
        values = {key.removeprefix(prefix): value for key, value in keys.items() if key.startswith(prefix)}
        secrets = {key for key in values if pulumi.runtime.is_config_secret(prefix + key)}
        for text in of_other_programs(keys, config.name, cls._by_alias()):
            pulumi.log.warn(text)
        return cls.parse(values, secrets, stack=pulumi.get_stack(), standing=state, warn=pulumi.log.warn)

    @classmethod
    def parse(
        cls,
        values: Mapping[str, object],
        secrets: Collection[str],
        *,
        stack: str,
        standing: Standing = MappingProxyType({}),
        warn: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """The settings in `values`; those named in `secrets` are stored encrypted. Raises WrongSettings.

        standing: the resources that the stack has already. A rule that came later may only warn of their
        settings, and a default that came later is not theirs. warn: is told what is no mistake, but worth a
        word.
        """
        settings, mistakes, advice = cls._judge(values, secrets, Judgement(standing))
        if any(mistake.unless for mistake in mistakes):
            strict = mistakes
            settings, mistakes, advice = cls._judge(values, secrets, Judgement(standing, lenient=True))
            advice += [warning(mistake) for mistake in strict if mistake not in mistakes]
        if settings is None or mistakes:
            raise WrongSettings(mistakes, stack)
        for text in advice:
            warn(text)
        return settings

    @classmethod
    def _judge(
        cls, values: Mapping[str, object], secrets: Collection[str], judgement: Judgement
    ) -> tuple[Self | None, list[Mistake], list[str]]:
        """The settings unless there are mistakes in their types and rules; all mistakes; and all advice."""
        fields = cls._by_alias()
        mistakes = [unknown(name, fields) for name in values if name not in fields]
        for name, field in fields.items():
            command = about(field).set_secret
            if command and values.get(name) and name not in secrets:
                mistakes.append(Mistake(name, None, "must be stored as a secret", OURS, command))
        with judged(judgement):
            try:
                settings = cls.model_validate({name: values[name] for name in values if name in fields})
            except ValidationError as error:
                settings = None
                mistakes += [mistake for found in error.errors() for mistake in cls._mistakes(found, secrets)]
        return settings, mistakes, judgement.advice

    @classmethod
    def _mistakes(cls, found: ErrorDetails, secrets: Collection[str]) -> list[Mistake]:
        name = to_camel(str(found["loc"][0]))
        field = cls._by_alias()[name]
        return mistakes_from(
            found,
            hidden=not field.repr or name in secrets,
            known=names_at(cls, found["loc"]) if found["type"] == "extra_forbidden" else (),
            default=default_at(cls, found["loc"]) or about(field).for_new,
        )

    @classmethod
    def _by_alias(cls) -> dict[str, FieldInfo]:
        return {str(field.alias): field for field in cls.model_fields.values()}

    @property
    def aks_api_ranges(self) -> list[str] | None:
        """The authorized IP ranges of Kubernetes' API; None for everybody."""
        ranges = self.aks_api_source_ranges or addresses.public(self.ambari_source_ranges)
        return None if addresses.EVERYBODY in ranges else [str(source) for source in ranges]
