"""What the page holds in memory, and how soon it answers probes, at the most connections that it allows."""
