"""A program without resources: what it costs is the engine's start and the import of Pulumi."""

import pulumi

assert pulumi
