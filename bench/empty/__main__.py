"""A program without resources: its run takes the engine's start and the import of Pulumi alone."""

import pulumi

assert pulumi
