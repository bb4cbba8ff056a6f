"""The settings by groups, as docs/configuration.md has them; `Settings` is made of these."""
