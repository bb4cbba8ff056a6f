"""A stand-in for Pulumi's command provider: real processes on this machine."""
