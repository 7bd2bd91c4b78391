"""What chapter 4's panels claim: slopes of losses and errors, verdicts on paths and runs."""

import itertools

import numpy as np
import pytest

from common.gradient import numerical_gradient
from dataset.mnist import load_mnist
from panels.ch04_descent import compute_descent, descent_panel, describe_descent
from panels.ch04_loss import PATTERNS, TINY, compute_loss, describe_loss, loss_panel
from panels.ch04_step_size import (
    FUNCTIONS,
    H,
    compute_step_size,
    describe_step_size,
    difference,
    step_size_panel,
)
from panels.ch04_training import (
    EVERY,
    HE,
    XAVIER,
    FirstWeights,
    check_digits,
    describe_training,
    run_training,
    training_panel,
)
from panels.surfaces import SURFACES

MNIST = [part for pair in load_mnist() for part in pair]  # x_train, t_train, x_test, t_test
DIGITS = check_digits(*MNIST)


# Loss


def test_the_chapters_answers_cost_what_the_book_says():
    panel = loss_panel()
    first, second, *_others = panel.presets
    panel.preset(first)
    np.testing.assert_allclose(panel.data.y, [0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0])
    assert panel.data.squares == pytest.approx(0.0975)
    assert panel.data.entropy == pytest.approx(0.510825, abs=1e-6)
    panel.preset(second)
    np.testing.assert_allclose(panel.data.y, [0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0])
    assert panel.data.squares == pytest.approx(0.5975)
    assert panel.data.entropy == pytest.approx(2.302584, abs=1e-6)


@pytest.mark.parametrize(("p", "rest"), [*itertools.product((0.02, 0.3, 0.6, 0.98), PATTERNS)])
def test_the_slopes_of_the_losses_are_those_of_small_steps(p, rest):
    h = 1e-6
    above, below, data = (compute_loss(x, rest) for x in (p + h, p - h, p))
    assert data.y.sum() == pytest.approx(1)
    squares = (above.squares - below.squares) / (2 * h)
    entropy = (above.entropy - below.entropy) / (2 * h)
    assert data.squares_slope == pytest.approx(squares, rel=1e-5)
    assert data.entropy_slope == pytest.approx(entropy, rel=1e-5)
    assert f"slope {data.entropy_slope:,.2f}" in describe_loss(data)


def test_the_ends_of_the_probability_are_finite_and_explained():
    zero, one = compute_loss(0.0, "all to the 7"), compute_loss(1.0, "evenly")
    assert zero.entropy == pytest.approx(-np.log(TINY))
    assert "1e-7" in describe_loss(zero)
    assert one.squares == 0
    assert "perfect" in describe_loss(one)
    for bad in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            compute_loss(bad, "evenly")


# Step size


@pytest.mark.parametrize("function", ["sin x", "exp x", "x³"])
@pytest.mark.parametrize("x", [0.7, 1.0, 1.3])
def test_errors_grow_like_h_forward_and_like_h_squared_central(function, x):
    for precision in ("float64", "float32"):
        slopes = compute_step_size(function, x, precision, 0.1).slopes
        assert slopes["forward"] == pytest.approx(1, abs=0.12)
        assert slopes["central"] == pytest.approx(2, abs=0.25)


@pytest.mark.parametrize("function", ["sin x", "exp x", "x³"])
@pytest.mark.parametrize(
    ("precision", "forward", "central"),
    [("float64", (1e-9, 1e-7), (1e-6, 1e-4)), ("float32", (5e-5, 5e-3), (1e-3, 5e-2))],
)
def test_the_best_step_is_found(function, precision, forward, central):
    best = compute_step_size(function, 1.0, precision, 0.1).best
    assert forward[0] < best["forward"] < forward[1]
    assert central[0] < best["central"] < central[1]


def test_the_best_step_is_nearly_as_good_as_any():
    data = compute_step_size("exp x", 1.0, "float64", 0.1)
    for method in ("forward", "central"):
        errors = data.errors[method, "float64"]
        near = errors[np.abs(np.log10(H / data.best[method])) < 0.6]
        assert np.median(near) < 40 * np.median(np.sort(errors)[:5])
        far = np.abs(np.log10(H / data.best[method])) > 2
        assert np.median(near) < errors[far].min() * 2


def test_a_quadratic_has_no_truncation_error_for_central_differences():
    data = compute_step_size("0.01x² + 0.1x", 1.0, "float64", 0.1)
    assert data.slopes["forward"] == pytest.approx(1, abs=0.05)
    assert np.isnan(data.slopes["central"])
    large = H > 1e-3
    assert data.errors["central", "float64"][large].max() < 1e-12
    assert data.errors["forward", "float64"][large].min() > 5e-6
    assert "no truncation error" in describe_step_size(data)


def test_a_place_without_a_bend_flatters_the_forward_difference():
    data = compute_step_size("sin x", 0.0, "float64", 0.1)
    assert data.slopes["forward"] == pytest.approx(2, abs=0.2)
    assert "flatters" in describe_step_size(data)


def test_a_step_that_is_lost_gives_zero_and_says_so():
    data = compute_step_size("sin x", 1.0, "float64", 1e-17)
    assert data.values == {"forward": 0, "central": 0}
    assert "lost beside x" in describe_step_size(data)
    for bad in (0, -1e-3, np.inf, np.nan):
        with pytest.raises(ValueError, match="above 0"):
            compute_step_size("sin x", 1.0, "float64", bad)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_differences_stay_in_their_dtype_and_come_near_the_slope(function):
    f, slope = FUNCTIONS[function]
    for dtype, h, near in ((np.float64, 1e-5, 1e-8), (np.float32, 1e-2, 1e-2)):
        value = difference(f, dtype(1.3), dtype(h), "central")
        assert value.dtype == dtype
        assert float(value) == pytest.approx(float(slope(np.float64(1.3))), rel=near)


def test_every_preset_of_the_step_size_is_what_its_name_says():
    panel = step_size_panel()
    names = list(panel.presets)
    panel.preset(names[0])
    assert abs(panel.data.values["forward"] - panel.data.exact) > 0.1
    panel.preset(names[1])
    assert "lost" in panel.sentence
    panel.reset()
    panel.preset(names[2])
    assert abs(panel.data.values["central"] - panel.data.exact) < 1e-9


# Surfaces and descent


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


def test_the_books_three_learning_rates():
    panel = descent_panel()
    good, large, small, *_others = panel.presets
    panel.preset(good)
    assert panel.data.verdict == "converged"
    np.testing.assert_allclose(panel.data.points[-1], [-6.11e-10, 8.15e-10], rtol=1e-3)
    panel.preset(large)
    assert panel.data.verdict == "diverged"
    panel.preset(small)
    assert panel.data.verdict == "crawling"
    np.testing.assert_allclose(panel.data.points[-1], [-3, 4], atol=1e-6)


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
        ("bowl", 0.1, (-3, 4), 0, "not started", "no step"),
        ("long valley", 0.95, (-7, 2), 12, "oscillating", "comes lower"),
        ("long valley", 0.9, (-7, 2), 200, "converged", "minimum"),
        ("long valley", 1.1, (-7, 2), 100, "diverged", "too large"),
        ("saddle", 0.1, (-4, 0), 100, "converged", "saddle point"),
        ("saddle", 0.1, (-4, 0.1), 100, "diverged", "falls without end"),
        ("saddle", 0.1, (-4, 0.1), 25, "diverged", "falls without end"),
        ("saddle", 0.1, (-3, 1), 12, "diverged", "falls without end"),
        ("Himmelblau", 0.01, (0, 0), 100, "converged", "minimum"),
        ("Himmelblau", 0.1, (0, 0), 100, "diverged", "too large"),
    ],
)
def test_the_verdict_on_a_path(surface, lr, start, steps, verdict, words):
    data = compute_descent(surface, lr, *start, steps)
    assert data.verdict == verdict
    assert words in describe_descent(data)
    assert np.isfinite(data.points).all()
    assert np.isfinite(data.values).all()


def test_the_summit_of_himmelblau_is_no_minimum():
    data = compute_descent("Himmelblau", 1e-10, -0.270845, -0.923039, 3)
    assert "a summit" in describe_descent(data)


@pytest.mark.parametrize("bad", [0, -0.1, np.inf, np.nan])
def test_learning_rates_that_make_no_sense_are_refused_in_words(bad):
    with pytest.raises(ValueError, match="learning rate must be a finite number above 0"):
        compute_descent("bowl", bad, -3, 4, 10)
    with pytest.raises(ValueError, match="learning rate must be a finite number above 0"):
        run(lr=bad, steps=1)


def test_a_start_that_is_no_place_is_refused():
    with pytest.raises(ValueError, match="two finite numbers"):
        compute_descent("bowl", 0.1, np.nan, 4, 10)


# Training lab


def run(steps=150, digits=DIGITS, memory=None, **values):
    """The last state of a run."""
    book = {"lr": 0.1, "activation": "sigmoid", "hidden": 20, "batch": 50, "optimizer": "SGD"}
    values = {**book, "weights": 0.01, **values}
    memory = {} if memory is None else memory
    with np.errstate(all="ignore"):
        *_others, last = run_training(**values, digits=digits, memory=memory, steps=steps)
    return last


def test_a_run_learns_and_reports_what_it_measured():
    states = list(
        run_training(
            0.1, "ReLU", 20, 50, "SGD", HE, digits=DIGITS, memory={}, steps=150
        )
    )  # fmt: skip
    assert [state.step for state in states] == list(range(151))
    assert states[-1].progress == 1
    assert states[-1].epoch == pytest.approx(150 * 50 / 4000)
    last = states[-1]
    assert last.verdict == "trained"
    assert len(last.curves.losses) == 150
    assert last.curves.read_at == list(range(0, 151, EVERY))
    assert last.curves.test[-1] > 0.8
    assert f"{last.curves.test[-1]:.1%} of the test digits" in describe_training(last)


def test_the_same_settings_give_the_same_run_and_the_run_before_is_kept():
    memory = {}
    first = run(memory=memory, steps=30)
    second = run(memory=memory, steps=30)
    assert first.previous is None
    assert second.previous is first.curves
    assert second.curves == first.curves
    assert second.curves is not first.curves
    other = run(memory=memory, steps=30, lr=1.0)
    assert other.previous is second.curves
    assert other.curves.test[0] == first.curves.test[0], "same first weights"
    assert "The run before (lr 0.1" in describe_training(other)


def test_looking_at_the_state_before_the_first_step_is_no_run():
    memory = {}
    run(memory=memory, steps=30)
    kept = memory["newest"]
    state = next(run_training(9.0, "tanh", 20, 50, "SGD", 0.01, digits=DIGITS, memory=memory))
    assert state.verdict == "not started"
    assert memory["newest"] is kept


@pytest.mark.parametrize(
    ("values", "verdict", "words"),
    [
        ({"lr": 0.001}, "stuck", "too small"),
        ({"lr": 10.0, "activation": "ReLU"}, "stuck", "answer to no digit any more"),
        ({"lr": 100.0}, "diverged", "the learning rate 100 is too large: divide it by 10"),
        ({"lr": 100.0}, "diverged", "at step 1"),
        ({"weights": 10.0}, "stuck", "first weights are too wide (the untrained loss is"),
        ({"weights": 1.0, "activation": "ReLU", "steps": 300}, "trained", "instead of 2.3"),
    ],
)
def test_a_run_that_fails_is_explained(values, verdict, words):
    state = run(**values)
    assert state.verdict == verdict
    assert words in describe_training(state).replace(". The", ". the")


def test_a_loss_that_stops_being_a_number_ends_the_run_with_its_step(monkeypatch):
    from common.trainer import Trainer

    def steps(self):
        yield from itertools.islice(whole(self), 4)
        raise FloatingPointError

    whole = Trainer.steps
    monkeypatch.setattr(Trainer, "steps", steps)
    state = run()
    assert (state.verdict, state.step, state.broken_at) == ("diverged", 5, 5)
    assert "no number any more at step 5" in describe_training(state)


@pytest.mark.parametrize("optimizer", ["SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam"])
@pytest.mark.parametrize("values", [{"lr": 100.0, "weights": 10.0}, {"lr": 1e-4, "batch": 1}])
def test_extreme_runs_end_in_a_sentence(optimizer, values):
    for activation in ("sigmoid", "ReLU", "tanh"):
        state = run(steps=60, optimizer=optimizer, activation=activation, **values)
        text = describe_training(state)
        assert state.verdict in ("trained", "stuck", "diverged")
        assert "nan" not in text
        assert "{" not in text


def broken(**changes):
    names = ("x_train", "t_train", "x_test", "t_test")
    return [changes.get(name, part) for name, part in zip(names, MNIST, strict=True)]


def with_nan():
    x = MNIST[0].copy()
    x[7, 300] = np.nan
    return x


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (broken(x_train=with_nan()), "x_train holds numbers that are nan or inf, first in image 7"),
        (broken(x_test=MNIST[2][:, :700]), r"x_test is float32 of shape \(1000, 700\)"),
        (broken(x_test=MNIST[2] * 255), "divide pixels by 255"),
        (broken(x_test=MNIST[2][:0]), "images"),
        (broken(t_train=MNIST[1][:5]), "4000 labels"),
        (broken(t_train=MNIST[1][:, np.newaxis]), "4000 labels"),
        (broken(t_test=MNIST[3] + 5), "the digits 0 to 9"),
        (broken(t_test=MNIST[3] / 2), "the digits 0 to 9"),
    ],
)
def test_data_that_cannot_be_trained_on_is_refused_in_words(arrays, words):
    with pytest.raises(ValueError, match=words):
        training_panel(*arrays)


def test_pixels_and_one_hot_labels_are_understood():
    pixels = np.round(MNIST[0] * 255).astype(np.uint8).reshape(-1, 1, 28, 28)
    other = check_digits(pixels, np.eye(10)[MNIST[1]], *MNIST[2:])
    np.testing.assert_allclose(other.x_train, DIGITS.x_train, atol=1e-6)
    np.testing.assert_array_equal(other.t_train, DIGITS.t_train)


def test_settings_of_the_wrong_kind_are_refused_in_words():
    for values, words in (
        ({"weights": -1.0}, "spread"),
        ({"weights": np.nan}, "spread"),
        ({"hidden": 0}, "hidden neurons"),
        ({"batch": 2.5}, "digits in a batch"),
    ):
        with pytest.raises(ValueError, match=words):
            run(steps=1, **values)


def test_first_weights_are_one_control_with_words_and_numbers():
    control = FirstWeights("first weights", 0.01)
    assert control.value == 0.01
    assert not control.std.disabled
    control.rule.value = HE
    assert control.value == HE
    assert control.std.disabled
    control.value = 1.0
    assert (control.rule.value, control.std.value) == ("own", 1.0)
    control.value = XAVIER
    assert control.rule.value == XAVIER
    control.rule.value = "own"
    assert control.value == 1.0
    for bad in ("Glorot", 1e9, 0.0):
        with pytest.raises(Exception, match=r"neither|between"):
            control.value = bad


def test_all_six_controls_or_five_and_the_presets():
    every, fewer = training_panel(*MNIST), training_panel(*MNIST, hide="optimizer")
    assert len(every.visible_controls) == len(fewer.visible_controls) == 6
    assert not every.presets
    assert len(fewer.presets) == 5


def test_the_lab_runs_from_its_button_and_shows_the_run_before():
    panel = training_panel(*MNIST, hidden=5, batch=10)
    assert panel.data.verdict == "not started"
    panel.run_now()
    assert panel.data.verdict == "trained"
    assert panel.state == "done"
    panel.set(lr=10**0.5)
    panel.run_now()
    assert "The run before" in panel.sentence
