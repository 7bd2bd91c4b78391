"""Record the losses of chapter 4's loop on the full set, 10,000 steps, for the chapter to draw.

    DLFS_DATA_DIR=… python scripts/record_loss.py

784-50-10 with sigmoid, batches of 100, learning rate 0.1: the same code and the same seeds as the
loop of section 4.5.2, so `DLFS_MNIST=full` gives the same curve there. The file has the losses as
float32 and, as facts, what was run and the accuracies at its end.
"""

import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common.two_layer_net import SigmoidTwoLayerNet
from dataset.mnist import dataset_dir, load_mnist
from dataset.weights import load_facts, save_weights

FILE = f"{dataset_dir}/ch04_losses.npz"
STEPS, BATCH, LEARNING_RATE = 10_000, 100, 0.1


def train(steps=STEPS):
    """Return the network and the loss of each step's batch, after the step: (steps,)."""
    (x_train, t_train), _test = load_mnist(full=True)
    net, draw = SigmoidTwoLayerNet(784, 50, 10, rng=0), np.random.default_rng(1)
    losses = []
    for _step in tqdm(range(steps), unit="step"):
        batch = draw.choice(len(x_train), BATCH)
        grads = net.gradient(x_train[batch], t_train[batch])
        for key, p in net.params.items():
            p -= LEARNING_RATE * grads[key]
        losses.append(float(net.loss(x_train[batch], t_train[batch])))
    return net, np.array(losses)


def main(words):
    if len(words) > 1:
        sys.exit(f"python {words[0]} takes no arguments; {words[1]!r} arrived.")
    net, losses = train()
    train_set, test_set = load_mnist(full=True)
    save_weights(
        FILE,
        {"losses": losses},
        made_by=f"scripts/{Path(__file__).name}",
        trained_on=f"{len(train_set[0])} MNIST training images, the full set",
        network="784-50-10, sigmoid, first weights of std 0.01, seed 0",
        steps=STEPS,
        batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        draws="numpy.random.default_rng(1).choice",
        train_accuracy=net.accuracy(*train_set),
        test_accuracy=net.accuracy(*test_set),
    )
    print(load_facts(FILE))


if __name__ == "__main__":
    main(sys.argv)
