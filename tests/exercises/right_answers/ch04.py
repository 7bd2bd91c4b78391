"""Right answers of chapter 4 that differ from the solution: a class an exercise, a name a way."""
