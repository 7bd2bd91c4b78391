"""What chapter 4's panels claim: slopes of losses and errors, verdicts on paths and runs."""

import itertools

import numpy as np
import pytest

from common.functions import cross_entropy_error, sum_squared_error
from common.gradient import numerical_gradient
from common.multi_layer_net import MultiLayerNet
from common.trainer import Trainer
from dataset.mnist import load_mnist
from panels.ch04_descent import compute_descent, descent_panel, describe_descent
from panels.ch04_loss import FIRST, SECOND, TINY, compute_loss, describe_loss, loss_panel, rows
from panels.ch04_step_size import H, compute_step_size, describe_step_size
from panels.ch04_training import EVERY, check_digits, describe_training, run_training
from panels.shell.style import look
from panels.surfaces import SURFACES

pytestmark = pytest.mark.slow
MNIST = [part for pair in load_mnist() for part in pair]  # x_train, t_train, x_test, t_test
DIGITS = check_digits(*MNIST)

# ---- loss


@pytest.mark.parametrize("p", [0.02, 0.3, 0.6, 0.98])
@pytest.mark.parametrize(("right", "shares"), [(2, FIRST), (2, SECOND), (7, [1.0] * 10)])
def test_the_losses_are_those_of_common_and_their_slopes_those_of_small_steps(p, right, shares):
    h, t = 1e-6, np.eye(10)[right]
    above, below, data = (compute_loss(x, right, rows(shares)) for x in (p + h, p - h, p))
    assert data.y.sum() == pytest.approx(1) and data.y[right] == p
    assert data.squares == pytest.approx(sum_squared_error(data.y, t))
    assert data.entropy == pytest.approx(cross_entropy_error(data.y, t))
    for name in ("squares", "entropy"):
        slope = (getattr(above, name) - getattr(below, name)) / (2 * h)
        assert getattr(data, f"{name}_slope") == pytest.approx(slope, rel=1e-5)
    assert f"slope {data.entropy_slope:,.2f}" in describe_loss(data)


def test_the_ends_of_the_probability_are_finite_and_explained():
    zero, one = compute_loss(0.0, 2, rows(SECOND)), compute_loss(1.0, 7, rows(FIRST))
    assert zero.entropy == pytest.approx(-np.log(TINY)) and "1e-7" in describe_loss(zero)
    assert one.squares == 0 and "perfect" in describe_loss(one)


def test_a_hand_on_the_answer_moves_one_thing_and_leaves_what_it_says_it_leaves():
    panel, axes = loss_panel(), {"name": "answer", "kind": "down"}

    def touch(digit, height):
        panel._hands.feel({**axes, "x": (digit + 0.6) / 10.2, "y": (height + 0.16) / 1.24})
        return panel.data

    first = panel.data
    wrong = touch(7, 0.3)
    assert (wrong.p, wrong.entropy) == (first.p, first.entropy) and wrong.squares > first.squares
    assert wrong.y[7] == pytest.approx(0.3, abs=1e-3) and wrong.y.sum() == pytest.approx(1)
    truth = touch(7, -0.1)
    assert truth.right == 7 and truth.p == 0.3 and truth.entropy > wrong.entropy
    np.testing.assert_allclose(truth.y, wrong.y, atol=1e-3)
    assert touch(7, 0.8).p == 0.8


# ---- step size


@pytest.mark.parametrize("function", ["sin x", "exp x", "x³"])
def test_errors_grow_like_h_and_h_squared_and_the_best_step_is_found(function):
    for precision, forward, central in (
        ("float64", (1e-9, 1e-7), (1e-6, 1e-4)),
        ("float32", (5e-5, 5e-3), (1e-3, 5e-2)),
    ):
        for x in (0.7, 1.0, 1.3):
            slopes = compute_step_size(function, x, precision, 0.1).slopes
            assert slopes["forward"] == pytest.approx(1, abs=0.12)
            assert slopes["central"] == pytest.approx(2, abs=0.25)
        best = compute_step_size(function, 1.0, precision, 0.1).best
        assert forward[0] < best["forward"] < forward[1]
        assert central[0] < best["central"] < central[1]


def test_what_is_special_at_a_place_is_said():
    data = compute_step_size("0.01x² + 0.1x", 1.0, "float64", 0.1)
    assert data.slopes["forward"] == pytest.approx(1, abs=0.05)
    assert np.isnan(data.slopes["central"])
    large = H > 1e-3
    assert data.errors["central", "float64"][large].max() < 1e-12
    assert data.errors["forward", "float64"][large].min() > 5e-6
    data = compute_step_size("sin x", 0.0, "float64", 0.1)  # no bend here
    assert data.slopes["forward"] == pytest.approx(2, abs=0.2)
    assert "flatters" in describe_step_size(data)


# ---- surfaces and descent


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_have_the_gradients_and_bends_they_claim(name):
    f = SURFACES[name]
    for x, y in [(1.3, -0.7), (-3.1, 2.2), (0.0, 4.0)]:
        place = np.array([x, y])
        slopes = numerical_gradient(lambda p: f.height(*p), place)
        np.testing.assert_allclose(f.gradient(x, y), slopes, rtol=1e-6, atol=1e-6)
        for i in (0, 1):
            row = numerical_gradient(lambda p, i=i: f.gradient(*p)[i], place)
            np.testing.assert_allclose(f.curvature(x, y)[i], row, rtol=1e-6, atol=1e-6)
    for x, y in f.minima:
        np.testing.assert_allclose(f.gradient(x, y), 0, atol=1e-3)
        assert (np.linalg.eigvalsh(f.curvature(x, y)) > 0).all()
        assert abs(f.height(x, y)) < 1e-9


@pytest.mark.parametrize(
    ("surface", "lr", "start", "steps", "verdict", "words"),
    [
        ("bowl", 0.1, (-3, 4), 100, "converged", "minimum"),
        ("bowl", 0.01, (-3, 4), 100, "crawling", "still slopes"),
        ("bowl", 0.9, (-3, 4), 20, "oscillating", "comes lower"),
        ("bowl", 1.0, (-3, 4), 100, "oscillating", "no lower"),
        ("bowl", 1.02, (-3, 4), 100, "diverged", "too large"),
        ("bowl", 10.0, (-3, 4), 1, "diverged", "too large"),
        ("bowl", 0.1, (0, 0), 100, "converged", "minimum"),
        ("bowl", 0.1, (-3, 4), 0, "not started", "The gradient there is (-6, 8)."),
        ("long valley", 0.95, (-7, 2), 12, "oscillating", "comes lower"),
        ("long valley", 0.9, (-7, 2), 200, "converged", "minimum"),
        ("long valley", 1.1, (-7, 2), 100, "diverged", "too large"),
        ("saddle", 0.1, (-4, 0), 100, "converged", "saddle point"),
        ("saddle", 0.1, (-4, 0.1), 100, "diverged", "falls without end"),
        ("saddle", 0.1, (-4, 0.1), 25, "diverged", "falls without end"),
        ("saddle", 0.1, (-3, 1), 12, "diverged", "falls without end"),
        ("Himmelblau", 0.01, (0, 0), 100, "converged", "minimum"),
        ("Himmelblau", 0.1, (0, 0), 100, "diverged", "too large"),
        ("Himmelblau", 1e-10, (-0.270845, -0.923039), 3, "converged", "a summit"),
    ],
)
def test_the_verdict_on_a_path(surface, lr, start, steps, verdict, words):
    data = compute_descent(surface, lr, *start, steps)
    assert data.verdict == verdict and words in describe_descent(data)
    assert np.isfinite(data.points).all() and np.isfinite(data.values).all()


def test_a_walk_has_the_names_of_the_text_and_the_look_of_sgd_and_measures_its_slopes():
    panel = descent_panel(lr=10.0)
    land = panel.figure.axes[0]
    names = land.get_xlabel(), land.get_ylabel(), land.get_title(loc="left")
    assert names == ("x₀", "x₁", "f = x₀² + x₁²")
    path = max(land.lines, key=lambda line: len(line.get_xdata()))
    assert {"color": path.get_color(), "linestyle": path.get_linestyle()} == look("SGD")
    assert "h = 0.0001 is lost, every slope is 0" in panel.sentence
    one, two = (compute_descent("long valley", 0.5, -7, 2, steps) for steps in (1, 2))
    np.testing.assert_array_equal(one.ahead, two.points[2])
    panel, told = descent_panel(), {"name": "height", "y": 0.5}
    for kind, x in (("down", 0.9), *[("move", 0.4)] * 3):  # the axis shrinks, the hand holds
        panel._hands.feel({**told, "kind": kind, "x": x})
    assert panel.values["steps"] == round(0.4 * 105 - 2)


# ---- training lab


def run(steps=150, memory=None, **values):
    """The last state of a run."""
    book = {"lr": 0.1, "activation": "sigmoid", "hidden": 20, "batch": 50, "optimizer": "SGD"}
    values = {**book, "weights": 0.01, "memory": {} if memory is None else memory, **values}
    with np.errstate(all="ignore"):
        *_others, last = run_training(**values, digits=DIGITS, steps=steps)
    return last


def test_a_run_learns_and_reports_what_it_measured_of_the_network_not_of_the_batch_just_fitted():
    values = (0.05, "tanh", 20, 1, "SGD", "Xavier")
    states = list(run_training(*values, digits=DIGITS, memory={}, steps=400))
    last, curves = states[-1], states[-1].curves
    assert [state.step for state in states] == list(range(401))
    assert (last.progress, last.verdict, last.epoch) == (1, "trained", 0.1)
    net = MultiLayerNet(784, [20], 10, "tanh", "xavier", rng=0, dtype=np.float32)
    quick = {"optimizer_param": {"lr": 0.05}, "verbose": False, "rng": 1}
    trainer = Trainer(net, *DIGITS, 1, 1, evaluate_sample_num_per_epoch=1, **quick)
    assert curves.batches == [step.loss for step in itertools.islice(trainer.steps(), 400)]
    loss = net.loss(DIGITS.x_train[:1000], DIGITS.t_train[:1000])
    assert loss > 2 * np.mean(curves.batches[-50:]), "the batch flatters"
    assert curves.read_at == list(range(0, 401, EVERY))
    np.testing.assert_array_equal(last.weights.reshape(-1, 784), net.params["W1"].T[:15])
    assert last.labels.tolist() == list(range(10)) and len(curves.answers) == 17
    told = net.predict(last.examples.reshape(-1, 784)).argmax(axis=1)
    assert curves.answers[-1] == tuple(told)
    mistakes = [f"{digit} as {answer}" for digit, answer in enumerate(told) if digit != answer]
    assert f"digits on show it reads {', '.join(mistakes)}, the others" in describe_training(last)
    right = f"{net.accuracy(*DIGITS[2:]):.1%} of the test digits"
    assert f"the loss is {loss:.3g};" in describe_training(last) and right in describe_training(
        last
    )


def test_the_same_settings_give_the_same_run_and_the_run_before_is_kept():
    memory = {}
    first, second = run(memory=memory, steps=30), run(memory=memory, steps=30)
    assert first.previous is None and second.previous is first.curves
    assert second.curves == first.curves and second.curves is not first.curves
    values = (9.0, "tanh", 20, 50, "SGD", 0.01)
    looked_at = next(run_training(*values, digits=DIGITS, memory=memory))
    assert (looked_at.verdict, memory["newest"]) == ("not started", second.curves), "no run yet"
    other = run(memory=memory, steps=30, lr=1.0)
    assert other.previous is second.curves
    assert other.curves.test[0] == first.curves.test[0], "same first weights"
    assert "The run before (lr 0.1" in describe_training(other)


@pytest.mark.parametrize(
    ("values", "verdict", "words"),
    [
        ({"lr": 0.001}, "stuck", "too small"),
        ({"lr": 10.0, "activation": "ReLU"}, "stuck", "answer to no digit any more"),
        (
            {"lr": 100.0},
            "diverged",
            "and that of the network is above 5; likely the learning rate 100",
        ),
        ({"weights": 10.0}, "stuck", "first weights are too wide (the untrained loss is"),
        ({"lr": 100.0, "weights": 10.0, "optimizer": "Adam"}, "diverged", "too wide"),
        ({"lr": 100.0, "optimizer": "RMSprop", "activation": "ReLU"}, "diverged", "too large"),
        ({"lr": 1e-4, "batch": 1, "optimizer": "Momentum"}, "stuck", "too small"),
        ({"weights": 1.0, "activation": "ReLU", "steps": 300}, "trained", "instead of 2.3"),
    ],
)
def test_a_run_that_fails_is_explained(values, verdict, words):
    state = run(**values)
    assert state.verdict == verdict
    text = describe_training(state)
    assert words in text.replace(". The", ". the") and "nan" not in text


def test_a_loss_that_stops_being_a_number_ends_the_run_with_its_step(monkeypatch):
    def steps(self):
        yield from itertools.islice(whole(self), 4)
        raise FloatingPointError

    whole = Trainer.steps
    monkeypatch.setattr(Trainer, "steps", steps)
    state = run()
    assert (state.verdict, state.step, state.broken_at) == ("diverged", 5, 5)
    assert "no number any more at step 5" in describe_training(state)


def test_pixels_and_one_hot_labels_are_understood():
    pixels = np.round(MNIST[0] * 255).astype(np.uint8).reshape(-1, 1, 28, 28)
    other = check_digits(pixels, np.eye(10)[MNIST[1]], *MNIST[2:])
    np.testing.assert_allclose(other.x_train, DIGITS.x_train, atol=1e-6)
    np.testing.assert_array_equal(other.t_train, DIGITS.t_train)
