"""Handwritten digits (mnist.py, and download.py for the full set), trained weights (weights.py)."""
