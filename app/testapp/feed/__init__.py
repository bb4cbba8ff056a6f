"""The newest messages, kept and handed to readers."""
