"""Interactive figures: `panel.py` is the shell, every other file is one idea of one chapter."""
