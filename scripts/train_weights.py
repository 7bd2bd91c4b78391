"""Train the weights that the chapters load, and store them with the accuracy that they reach.

    DLFS_DATA_DIR=… python scripts/train_weights.py ch03_sigmoid

Needs the full set. The bundled sample is cut out of its training images, so these 5,000 are left
out here: on the sample's test part the networks meet digits that they have never seen.
"""

import sys

import numpy as np
from tqdm import tqdm

from common.multi_layer_net import MultiLayerNet
from common.simple_convnet import SimpleConvNet
from common.trainer import Trainer
from dataset.mnist import load_mnist, sample_file
from dataset.weights import load_weights, read_npz, save_weights, weights_dir

SEED = 2016


def sigmoid_net():
    """Chapter 3's network: 784-50-100-10 with sigmoid, probabilities from a softmax."""
    return MultiLayerNet(
        784, [50, 100], 10, "sigmoid", weight_init_std="xavier", rng=SEED, dtype=np.float32
    )


def convnet():
    """Chapter 7's network: 30 filters of 5 x 5, 100 hidden units, and a light weight decay."""
    net = SimpleConvNet(rng=SEED, dtype=np.float32)  # small first weights: what is seen is learned
    net.weight_decay_lambda = 5e-4
    return net


RECIPES = {  # name: (network, epochs, learning rate of Adam, whether images stay images)
    "ch03_sigmoid": (sigmoid_net, 30, 0.001, False),
    "ch07_convnet": (convnet, 15, 0.001, True),
}


def train(name):
    """Train one recipe, store it, read it back and measure what is stored."""
    make, epochs, lr, images = RECIPES[name]
    flatten = not images
    (x, t), (x_test, t_test) = load_mnist(flatten=flatten, full=True)
    (_, _), (x_sample, t_sample) = load_mnist(flatten=flatten, full=False)
    sample = read_npz(sample_file)
    unseen = np.ones(len(x), bool)
    unseen[np.concatenate([sample["index_train"], sample["index_test"]])] = False
    x, t = x[unseen], t[unseen]

    net = make()
    trainer = Trainer(
        net,
        x,
        t,
        x_test,
        t_test,
        epochs,
        optimizer="adam",
        optimizer_param={"lr": lr},
        evaluate_sample_num_per_epoch=1000,
        verbose=False,
        rng=SEED,
    )
    for step in tqdm(trainer.steps(), total=trainer.max_iter, desc=name, miniters=100):
        # The rate falls linearly to a tenth, so that the last steps settle down.
        trainer.optimizer.lr = lr * (1 - 0.9 * step.step / trainer.max_iter)
    facts = {
        "trained_on": f"{len(x)} MNIST training images, those of the bundled sample left out",
        "test_accuracy": net.accuracy(x_test, t_test),
        "sample_test_accuracy": net.accuracy(x_sample, t_sample),
        "script": "scripts/train_weights.py",
    }
    save_weights(name, net.params, **facts)

    stored = load_weights(name)
    for key, p in net.params.items():
        p[...] = stored[key]
    print(f"{name}: {(weights_dir / (name + '.npz')).stat().st_size} bytes")
    print(f"accuracy on the full test set {net.accuracy(x_test, t_test):.4f}")
    print(f"accuracy on the sample's test part {net.accuracy(x_sample, t_sample):.4f}")


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in RECIPES]
    if unknown or len(sys.argv) < 2:
        sys.exit(f"Which weights? Known are {', '.join(RECIPES)}; {unknown or 'none'} arrived.")
    for recipe in sys.argv[1:]:
        train(recipe)
