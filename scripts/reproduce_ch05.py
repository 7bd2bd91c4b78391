"""Train chapter 5's network on the full set, 10,000 steps, and read its accuracy once an epoch.

    DLFS_DATA_DIR=… python scripts/reproduce_ch05.py [steps]

784-50-10 with ReLU, batches of 100, learning rate 0.1, float32: the run of the book's section
5.7.4. An epoch is 600 steps, so 10,000 steps give 17 readings, the first after one step.
"""

import sys

import numpy as np
from tqdm import tqdm

from common.two_layer_net import TwoLayerNet
from dataset.mnist import load_mnist

STEPS, BATCH, LEARNING_RATE, SEED = 10_000, 100, 0.1, 0


def train(steps=STEPS):
    """Return the readings: (step, accuracy on the training set, accuracy on the test set)."""
    (x_train, t_train), (x_test, t_test) = load_mnist(full=True)
    rng = np.random.default_rng(SEED)
    net = TwoLayerNet(784, 50, 10, rng=rng, dtype=np.float32)
    per_epoch = len(x_train) // BATCH  # 600
    readings = []
    for step in tqdm(range(steps), unit="step"):
        batch = rng.choice(len(x_train), BATCH)
        grads = net.gradient(x_train[batch], t_train[batch])
        for key, p in net.params.items():
            p -= LEARNING_RATE * grads[key]
        if step % per_epoch == 0:
            accuracies = (net.accuracy(x_train, t_train), net.accuracy(x_test, t_test))
            readings.append((step, *accuracies))
    return readings


def main(words):
    if len(words) > 1 or not all(word.isdigit() and int(word) > 0 for word in words):
        sys.exit(
            f"The only argument is the number of steps, at least 1; {' '.join(words)} arrived."
        )
    readings = train(*map(int, words))
    print(" step   train    test")
    for step, train_accuracy, test_accuracy in readings:
        print(f"{step:5d}  {train_accuracy:.4f}  {test_accuracy:.4f}")
    print(f"{len(readings)} readings")


if __name__ == "__main__":
    main(sys.argv[1:])
