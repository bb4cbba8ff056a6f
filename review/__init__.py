"""Reviews a preview for those who approve it: its dangers and its changes, as Markdown or plain text."""
