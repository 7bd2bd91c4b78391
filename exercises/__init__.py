"""Exercises that answer: `check_x(answer)` says ✓, ✗ or ○ about what a reader wrote."""
