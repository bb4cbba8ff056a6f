"""Nothing: what remains is the engine's own time and Pulumi's import."""

import pulumi

assert pulumi
