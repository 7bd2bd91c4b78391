"""One solution for every exercise, under the exercise's own name: no peeking before you tried."""
