"""Puts a review where a team reads it: as a comment that is updated in place, or as an issue on drift."""
