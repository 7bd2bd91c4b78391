"""The handwritten digits of MNIST (mnist.py) and the weights that we trained (weights.py)."""
