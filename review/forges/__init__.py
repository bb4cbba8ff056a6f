"""Posts a review to a forge: as a comment that is updated in place, or as an issue on drift."""
