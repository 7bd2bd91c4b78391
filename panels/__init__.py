"""Interactive figures, one file for each idea of a chapter; `shell` is what they share."""
