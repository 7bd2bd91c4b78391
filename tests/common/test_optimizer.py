"""Laws of the optimizers: their formulas, in place, with arrays and with plain numbers."""

import copy
import math
import pickle

import numpy as np
import pytest

from common.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop

KINDS = [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam]
WITH_MEMORY = KINDS[1:]
each_kind = pytest.mark.parametrize("kind", KINDS)


def by_formula(name, w, gradients, lr=0.1):
    """The paths of one number, written once more, a line a formula."""
    v = h = m = 0.0
    path = []
    for t, g in enumerate(gradients, start=1):
        if name == "SGD":
            w = w - lr * g
        elif name == "Momentum":
            v = 0.9 * v - lr * g
            w = w + v
        elif name == "Nesterov":
            w = w + 0.9**2 * v - 1.9 * lr * g
            v = 0.9 * v - lr * g
        elif name == "AdaGrad":
            h = h + g**2
            w = w - lr * g / (math.sqrt(h) + 1e-7)
        elif name == "RMSprop":
            h = 0.99 * h + 0.01 * g**2
            w = w - lr * g / (math.sqrt(h) + 1e-7)
        else:
            m = 0.9 * m + 0.1 * g
            h = 0.999 * h + 0.001 * g**2
            lr_t = lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            w = w - lr_t * m / (math.sqrt(h) + 1e-7)
        path.append(w)
    return path


SLOPES = [0.5, -1.0, 2.0, 1e-3, 0.0, 3.0]


@each_kind
def test_five_steps_follow_the_formula(kind):
    optimizer, params = kind(lr=0.1), {"W": np.array([[1.0, -2.0]]), "x": 1.0}
    for i, g in enumerate(SLOPES):
        optimizer.update(params, {"W": np.array([[g, -g]]), "x": g})
        expected = by_formula(kind.__name__, 1.0, SLOPES)[i]
        assert params["x"] == pytest.approx(expected, rel=1e-12)
        other = by_formula(kind.__name__, -2.0, [-g for g in SLOPES])[i]
        np.testing.assert_allclose(params["W"], [[expected, other]], rtol=1e-9)


@each_kind
def test_the_first_step_is_small_where_nobody_says_how_large(kind):
    lr = 0.001 if kind is Adam else 0.01  # the book's
    assert kind().lr == lr
    W = np.ones(1)
    kind().update({"W": W}, {"W": [1.0]})
    assert W[0] == pytest.approx(by_formula(kind.__name__, 1.0, [1.0], lr)[0])


@each_kind
def test_arrays_change_in_place_and_gradients_do_not_change(kind):
    W, g = np.ones((2, 3)), np.full((2, 3), 0.5)
    params, grads = {"W": W}, {"W": g}
    optimizer = kind()
    for _ in range(3):
        optimizer.update(params, grads)
    assert params["W"] is W and (W < 1).all()
    np.testing.assert_array_equal(g, 0.5)


@each_kind
def test_a_view_moves_with_its_base(kind):
    base = np.ones((4, 4))
    kind().update({"W": base[::2]}, {"W": np.ones((2, 4))})
    assert (base[::2] < 1).all() and (base[1::2] == 1).all()


@each_kind
def test_plain_numbers_stay_plain_and_a_history_of_them_stays_as_it_was(kind):
    optimizer, params = kind(lr=0.9), {"x": -7.0, "y": 2}
    history = []
    for _ in range(10):
        history.append((params["x"], params["y"]))
        optimizer.update(params, {"x": params["x"] / 10.0, "y": 2.0 * params["y"]})
    assert history[0] == (-7.0, 2)
    assert len(set(history)) == 10
    assert type(params["x"]) in (float, np.float64)


@each_kind
def test_float32_stays_float32(kind):
    optimizer, params = kind(), {"W": np.ones(3, np.float32), "b": np.array(1.0, np.float32)}
    for _ in range(2):
        optimizer.update(params, {"W": np.ones(3, np.float32), "b": np.ones((), np.float32)})
    assert params["W"].dtype == params["b"].dtype == np.float32
    for name in kind.memory:
        assert getattr(optimizer, name)["W"].dtype == np.float32


@each_kind
def test_gradients_may_be_integers_or_lists(kind):
    one, two = {"W": np.ones(2)}, {"W": np.ones(2)}
    a, b = kind(), kind()
    for _ in range(2):
        a.update(one, {"W": [200, 100]})
        b.update(two, {"W": np.array([200, 100], np.uint8)})
    expected = by_formula(kind.__name__, 1.0, [200, 200], lr=a.lr)[-1]
    assert one["W"][0] == pytest.approx(expected)
    assert one["W"].tolist() == two["W"].tolist()


@each_kind
def test_memory_is_made_at_the_first_step(kind):
    optimizer = kind()
    assert {name: getattr(optimizer, name) for name in kind.memory} == dict.fromkeys(kind.memory)
    optimizer.update({"W": np.ones(2)}, {"W": np.ones(2)})
    assert all(set(getattr(optimizer, name)) == {"W"} for name in kind.memory)


def state(optimizer):
    return pickle.dumps({k: v for k, v in vars(optimizer).items() if k != "_left"})


BAD = [
    ({"W": np.ones(2)}, {"W": np.ones(3)}, ValueError, r"\(2,\).*\(3,\).*must agree"),
    ({"W": np.ones(2)}, {"W": np.ones((2, 1))}, ValueError, r"\(2,\).*\(2, 1\).*must agree"),
    ({"W": np.ones(2)}, {"w": np.ones(2)}, ValueError, "'W'.*'w'.*must agree"),
    ({"W": np.ones(2), "b": np.ones(1)}, {"W": np.ones(2)}, ValueError, "'b'.*must agree"),
    ({"W": np.array([1, 2])}, {"W": np.ones(2)}, TypeError, r"W holds int64; make it np.array"),
    ({"b": np.ones(1), "W": np.array(["a"])}, {"b": [1], "W": [1]}, TypeError, "W holds"),
    ({"W": np.ones(2)}, {"W": np.ones(2) * 1j}, TypeError, r"grads\['W'\]: numbers.*complex"),
    ({"W": np.ones(2)}, {"W": None}, TypeError, r"grads\['W'\]: numbers were expected"),
    ({"W": np.ones(2)}, {"W": np.array(["a", "b"])}, TypeError, r"grads\['W'\]: numbers"),
]  # fmt: skip


@each_kind
@pytest.mark.parametrize(("params", "grads", "error", "message"), BAD)
def test_what_does_not_fit_is_refused_and_changes_nothing(kind, params, grads, error, message):
    params, optimizer = copy.deepcopy(params), kind()
    kept, before = copy.deepcopy(params), state(optimizer)
    with pytest.raises(error, match=f"^{kind.__name__}.*{message}"):
        optimizer.update(params, grads)
    assert state(optimizer) == before
    for key in params:
        assert (params[key] == kept[key]).all()


@each_kind
def test_a_refused_step_in_the_middle_changes_nothing(kind):
    optimizer, params = kind(), {"W": np.ones(2)}
    optimizer.update(params, {"W": np.ones(2)})
    before, kept = state(optimizer), params["W"].copy()
    with pytest.raises(ValueError, match="must agree"):
        optimizer.update(params, {"W": np.ones(5)})
    params["W"].setflags(write=False)
    with pytest.raises(TypeError, match="W is read-only"):
        optimizer.update(params, {"W": np.ones(2)})
    assert state(optimizer) == before
    np.testing.assert_array_equal(params["W"], kept)


@pytest.mark.parametrize("kind", WITH_MEMORY)
def test_one_optimizer_for_two_networks_is_refused(kind):
    optimizer, one, two = kind(), {"W": np.ones(2)}, {"W": np.ones(2)}
    optimizer.update(one, {"W": np.ones(2)})
    before = state(optimizer)
    message = "W is not what this optimizer left.*a new optimizer for each network"
    with pytest.raises(RuntimeError, match=message):
        optimizer.update(two, {"W": np.ones(2)})
    assert (two["W"] == 1).all() and state(optimizer) == before
    optimizer.update({"W": one["W"]}, {"W": np.ones(2)})  # another dict with the same array is fine
    one["W"] = one["W"] - 0.1  # re-bound
    with pytest.raises(RuntimeError, match=message):
        optimizer.update(one, {"W": np.ones(2)})
    with pytest.raises(RuntimeError, match="b is not what"):
        optimizer.update({"b": np.ones(2)}, {"b": np.ones(2)})


@pytest.mark.parametrize("kind", WITH_MEMORY)
def test_one_optimizer_for_two_races_of_plain_numbers_is_refused(kind):
    optimizer, params = kind(), {"x": -7.0}
    optimizer.update(params, {"x": 1.0})
    params["x"] = -7.0  # back to the start, but the optimizer remembers
    with pytest.raises(RuntimeError, match="x is not what this optimizer left"):
        optimizer.update(params, {"x": 1.0})
    assert params["x"] == -7


def test_SGD_remembers_nothing_and_serves_anybody():
    optimizer = SGD(0.5)
    for _ in range(2):
        params = {"W": np.ones(2), "x": 1.0}
        optimizer.update(params, {"W": np.ones(2), "x": 1.0})
        assert params["x"] == 0.5 and (params["W"] == 0.5).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(-0.1), "SGD: lr .*at least 0.*; -0.1 arrived"),
        (lambda: SGD("fast"), "SGD: lr must be a number.*; 'fast' arrived"),
        (lambda: Adam(lr=None), "Adam: lr .*; None arrived"),
        (lambda: Adam(float("nan")), "Adam: lr .*; nan arrived"),
        (lambda: AdaGrad(float("inf")), "AdaGrad: lr .*finite; inf arrived"),
        (lambda: RMSprop(True), "RMSprop: lr .*; True arrived"),
        (lambda: Momentum(momentum=1.0), "Momentum: momentum .*below 1; 1.0 arrived"),
        (lambda: Nesterov(momentum=-1), "Nesterov: momentum .*at least 0"),
        (lambda: RMSprop(decay_rate=1.5), "RMSprop: decay_rate .*below 1"),
        (lambda: Adam(beta1=1), "Adam: beta1 .*below 1"),
        (lambda: Adam(beta2="0.9"), "Adam: beta2 .*; '0.9' arrived"),
    ],
)
def test_settings_that_cannot_work_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@each_kind
def test_a_network_and_its_optimizer_can_be_copied_and_pickled_together(kind):
    params, grads = {"W": np.ones(2)}, {"W": np.array([1.0, 2.0])}
    optimizer = kind()
    optimizer.update(params, grads)
    pair = pickle.loads(pickle.dumps((params, optimizer)))
    twin = copy.deepcopy((params, optimizer))
    optimizer.update(params, grads)
    for other_params, other in (pair, twin):
        other.update(other_params, grads)
        np.testing.assert_array_equal(other_params["W"], params["W"])


@pytest.mark.parametrize(
    ("kind", "lr", "near"),
    [(SGD, 0.95, 0.5), (Momentum, 0.1, 0.5), (Nesterov, 0.1, 0.5), (AdaGrad, 1.5, 0.1),
     (RMSprop, 0.1, 5), (Adam, 0.3, 0.5)],
)  # fmt: skip
def test_the_race_of_chapter_6_comes_down_the_valley(kind, lr, near):
    params, grads, history = {"x": -7.0, "y": 2.0}, {}, []
    optimizer = kind(lr)
    for _ in range(60):
        history.append((params["x"], params["y"]))
        grads["x"], grads["y"] = params["x"] / 10.0, 2.0 * params["y"]
        optimizer.update(params, grads)
    assert history[0] == (-7.0, 2.0)
    assert math.hypot(params["x"], params["y"]) < near
    height = lambda x, y: x**2 / 20 + y**2
    assert height(params["x"], params["y"]) < 0.5 * height(*history[0])
