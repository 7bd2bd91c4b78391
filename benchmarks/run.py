"""How fast is it? Each row times two ways of doing one thing in turn, A B A B …, in one run.

    python benchmarks/run.py [--threads N] [--rounds N] [--against FOLDER] [part of a row's name]

The name "key" stands for the time from a key press to the picture in the browser; with --against
it is measured in turn with another checkout of this project.

What counts is the ratio: the median over the rounds of A's time divided by B's. It holds when the
machine's speed drifts; the milliseconds beside it do not. Every comparison first checks that both
ways agree. PyTorch is compared where it is installed (pip install -e ".[bench]").
"""

import argparse
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--threads", type=int, default=os.cpu_count(), help="for NumPy and PyTorch")
arguments.add_argument("--rounds", type=int, default=15)
arguments.add_argument("--against", help="another checkout, for the time from key to picture")
arguments.add_argument("rows", nargs="*", help="only rows whose name contains one of these words")
OPTIONS = arguments.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(OPTIONS.threads)  # read once, when NumPy is loaded

import ipywidgets as widgets  # noqa: E402
import numpy as np  # noqa: E402

from benchmarks import latency, straightforward  # noqa: E402
from common.gradient import numerical_gradient, relative_error  # noqa: E402
from common.layers import Convolution, Pooling  # noqa: E402
from common.simple_convnet import SimpleConvNet  # noqa: E402
from common.two_layer_net import TwoLayerNet  # noqa: E402
from common.util import im2col  # noqa: E402

try:
    import torch
except ImportError:
    torch = None


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(name, goal, a, b, rounds=None, each=5):
    """Print one row: the medians of a and b in milliseconds, and the median ratio a / b.

    A round is a few warm-up calls and `each` timed ones of a, then the same of b. Calls one by one
    in turn would be unfair: NumPy's and PyTorch's idle threads wait in a loop and slow the other.
    """
    if OPTIONS.rows and not any(word in name for word in OPTIONS.rows):
        return

    def block(function):
        times = [seconds(function) for _ in range(2 * each)]
        return np.median(times[each:])

    pairs = np.array([(block(a), block(b)) for _ in range(rounds or OPTIONS.rounds)])
    low, ratio, high = np.percentile(pairs[:, 0] / pairs[:, 1], [25, 50, 75])
    first, second = 1000 * np.median(pairs, axis=0)
    spread = f"({low:.2f} to {high:.2f})"
    print(f"{name:<52} {first:9.3f} {second:9.3f}   {ratio:5.2f} {spread:<16} {goal}")


def same(name, a, b, tolerance=1e-3):
    """Both ways must give the same gradients before their times are worth comparing."""
    for key in a:
        error = relative_error(a[key], b[key])
        if not error < tolerance:
            sys.exit(f"{name}: {key} differs by a relative error of {error:.2g}")


def torch_twin(network, x):
    """The same network in PyTorch with the same parameters: a function that gives its gradients."""
    p = {key: torch.tensor(value) for key, value in network.params.items()}
    nn = torch.nn
    if "W3" in p:
        fn, c, size, _ = p["W1"].shape
        tail = [nn.Linear(*p["W2"].shape), nn.ReLU(), nn.Linear(*p["W3"].shape)]
        model = nn.Sequential(
            nn.Conv2d(c, fn, size), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), *tail
        )
    else:
        model = nn.Sequential(nn.Linear(*p["W1"].shape), nn.ReLU(), nn.Linear(*p["W2"].shape))
    for parameter, value in zip(model.parameters(), p.values(), strict=True):
        same_way = value.T if value.ndim == 2 else value
        parameter.data[...] = same_way
    loss, batch = nn.CrossEntropyLoss(), torch.from_numpy(x)

    def gradient(labels):
        model.zero_grad()
        loss(model(batch), labels).backward()

    def grads():
        turned = (q.grad.T if q.grad.ndim == 2 else q.grad for q in model.parameters())
        return {key: value.numpy() for key, value in zip(p, turned, strict=True)}

    return gradient, grads


def network(name, net, x, t, goal, torch_goal):
    """A network's gradient against the straightforward one and against PyTorch's."""
    plain = straightforward.Net(net)
    same(name, net.gradient(x, t), plain.gradient(x, t))

    def ours():
        return net.gradient(x, t)

    compare(f"{name} / straightforward float64", goal, ours, lambda: plain.gradient(x, t))
    if torch:
        gradient, grads = torch_twin(net, x)
        labels = torch.from_numpy(t)
        gradient(labels)
        same(f"{name} against PyTorch", net.gradient(x, t), grads())
        compare(f"{name} / PyTorch", torch_goal, ours, lambda: gradient(labels))


def networks(rng):
    """The two networks of the book, each on a batch of 100."""
    t = rng.integers(0, 10, 100)
    x = rng.random((100, 1, 28, 28), dtype=np.float32)
    conv = SimpleConvNet(rng=0, dtype=np.float32)
    two = TwoLayerNet(784, 50, 10, rng=0, dtype=np.float32)
    goals = {1: ("up to 0.9", ""), 2: ("up to 0.75", "up to 0.4")}.get(OPTIONS.threads, ("", ""))
    network("SimpleConvNet.gradient", conv, x, t, "up to 0.17", goals[0])
    network("TwoLayerNet.gradient", two, x.reshape(100, 784), t, "", goals[1])


def deep_layer(rng):
    """A layer deeper in a network: 3 x 3 filters, 16 to 16 channels, 50 images of 28 x 28, pad 1.

    The second row is the floor of our method: the three products of the windows, forward, for dW
    and for dx, already take longer than all of PyTorch's layer, which lays out no windows.
    """
    if not torch:
        return
    x, dout = rng.standard_normal((2, 50, 16, 28, 28), dtype=np.float32)
    ours = Convolution(
        rng.standard_normal((16, 16, 3, 3), dtype=np.float32), np.zeros(16, "f"), 1, 1
    )
    theirs = torch.nn.Conv2d(16, 16, 3, padding=1)
    theirs.weight.data[...], theirs.bias.data[...] = torch.from_numpy(ours.W), 0
    leaf, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dout)

    def both_ways():
        ours.forward(x)
        return ours.backward(dout)

    def pytorch():
        leaf.grad = theirs.weight.grad = None
        theirs(leaf).backward(upstream)
        return leaf.grad.numpy()

    same("Convolution against PyTorch", {"dx": both_ways()}, {"dx": pytorch()})
    same("Convolution against PyTorch", {"dW": ours.dW}, {"dW": theirs.weight.grad.numpy()})
    rows = dout.reshape(50, 16, -1)

    def products():
        return (
            ours.col_W.T @ ours.windows,
            ours.windows @ rows.transpose(0, 2, 1),
            ours.col_W @ rows,
        )

    compare("Convolution 16 to 16, both ways / PyTorch", "up to 2.5", both_ways, pytorch)
    compare("its three products alone / PyTorch", "", products, pytorch)


def pieces(rng):
    x = rng.random((100, 1, 28, 28), dtype=np.float32)
    if not np.array_equal(im2col(x, 5, 5), straightforward.im2col(x, 5, 5).astype(np.float32)):
        sys.exit("im2col: the two ways differ")
    compare("im2col / straightforward float64", "", lambda: im2col(x, 5, 5),
            lambda: straightforward.im2col(x, 5, 5))  # fmt: skip

    features = np.maximum(rng.standard_normal((100, 30, 24, 24), dtype=np.float32), 0)
    dout = rng.standard_normal((100, 30, 12, 12), dtype=np.float32)
    ours, plain = Pooling(2, 2), straightforward.Pooling()

    def both_ways(layer):
        layer.forward(features)
        return layer.backward(dout)

    if not np.allclose(both_ways(ours), both_ways(plain)):
        sys.exit("Pooling: the two ways differ")
    compare("Pooling, both ways / straightforward float64", "", lambda: both_ways(ours),
            lambda: both_ways(plain))  # fmt: skip

    net, t = TwoLayerNet(20, 10, 5, rng=0), rng.integers(0, 5, 10)
    batch = rng.random((10, 20))
    W = net.params["W1"]

    def bare():
        for _ in range(2 * W.size):
            net.loss(batch, t)

    compare("numerical_gradient / its 400 losses alone", "",
            lambda: numerical_gradient(lambda _: net.loss(batch, t), W), bare)  # fmt: skip


def imports():
    def start(code):
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    compare("python, import common.trainer / import numpy", "", start("import common.trainer"),
            start("import numpy"), rounds=8)  # fmt: skip
    compare("python, import panels / import matplotlib", "",
            start("import panels.shell"), start("import matplotlib.figure"), rounds=5)  # fmt: skip


def redraws():
    """From a control's new value to the new picture, for the sliders of every panel."""
    from tests.panels.table import PANELS  # all panels

    print(
        "\nA panel's redraw in the kernel, in milliseconds: median, and one in ten is slower than"
    )
    for name, make in PANELS.items():
        panel = make()
        times = [
            1000
            * seconds(
                lambda panel=panel, control=control, value=value: panel.set(**{control: value})
            )
            for control, value in sweep(panel)
        ]
        if times:
            print(f"  {name:<50} {np.median(times):7.1f} {np.percentile(times, 90):7.1f}")


def sweep(panel):
    """Each slider of a panel through five of its values."""
    for name, widget in panel.controls.items():
        if isinstance(widget, widgets.FloatLogSlider):
            exponents = np.linspace(widget.min, widget.max, 5)
            yield from ((name, float(widget.base**e)) for e in exponents)
        elif isinstance(widget, (widgets.FloatSlider, widgets.IntSlider)):
            steps = (widget.max - widget.min) / widget.step
            for k in np.linspace(0, steps, 5).round():
                yield name, type(widget.value)(round(widget.min + k * widget.step, 9))


def memory(rng):
    """Peak memory of a forward over 10,000 images, in chunks as predict does and all at once."""
    net = SimpleConvNet(rng=0, dtype=np.float32)
    x = rng.random((10_000, 1, 28, 28), dtype=np.float32)
    peaks = []
    for forward in (net.predict, lambda x: net._forward(x, False)):
        tracemalloc.start()
        forward(x)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    print(f"\nForward over 10,000 images: {peaks[0]:.0f} MB in chunks, {peaks[1]:.0f} MB at once")


if __name__ == "__main__":
    if torch:
        torch.set_num_threads(OPTIONS.threads)
    version = f"PyTorch {torch.__version__}" if torch else "PyTorch not installed"
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {version}, "
          f"{OPTIONS.threads} threads, batch 100")  # fmt: skip
    print(f"{'A / B':<52} {'A, ms':>9} {'B, ms':>9}   {'A/B':>5} {'(middle half)':<16}")
    generator = np.random.default_rng(0)
    networks(generator)
    deep_layer(generator)
    pieces(generator)
    imports()
    if not OPTIONS.rows:
        memory(generator)
        redraws()
    if not OPTIONS.rows or "key" in OPTIONS.rows:
        latency.key_presses(OPTIONS.against)
