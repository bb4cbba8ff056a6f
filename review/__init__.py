"""The review of a preview: what a team has to know before it says yes, as a comment or as plain text."""
