"""An emulation of Pulumi's command provider, which runs real processes on this machine."""
