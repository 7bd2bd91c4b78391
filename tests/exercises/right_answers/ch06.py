"""Right answers of chapter 6 that differ from the solution: a class an exercise, a name a way."""
