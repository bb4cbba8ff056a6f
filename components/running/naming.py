"""Names of a dynamic resource's properties: as Python writes them, and as states and outputs have them."""

import re


def camel_case(name: str) -> str:
    """`__provider`, which is the engine's, stays."""
    return re.sub(r"(?<=[a-z])_([a-z])", lambda match: match[1].upper(), name)


def snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), name)


class CamelCased:
    """For a dynamic resource whose properties are snake_case in Python, and camelCase in states."""

    def translate_output_property(self, prop: str) -> str:
        return snake_case(prop)

    def translate_input_property(self, prop: str) -> str:
        return camel_case(prop)
