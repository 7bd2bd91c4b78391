"""Laws of the optimizers and of the training loop: formulas, steps, records, draws.

What they refuse stands in test_doors.py.
"""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.multi_layer_net import MultiLayerNet
from common.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from common.trainer import Step, Trainer
from common.two_layer_net import TwoLayerNet
from tests.common.laws import few, normal, read_only

MEMORY = {
    SGD: [],
    Momentum: ["v"],
    Nesterov: ["v"],
    AdaGrad: ["h"],
    RMSprop: ["h"],
    Adam: ["m", "v"],
}
each_kind = pytest.mark.parametrize("kind", MEMORY)


def by_formula(kind, w, slopes, lr=0.1):
    """Where one number goes, written once more, a line a formula."""
    v = h = m = 0.0
    for t, g in enumerate(slopes, start=1):
        if kind is SGD:
            w = w - lr * g
        elif kind is Momentum:
            v = 0.9 * v - lr * g
            w = w + v
        elif kind is Nesterov:
            w = w + 0.9**2 * v - 1.9 * lr * g
            v = 0.9 * v - lr * g
        elif kind is AdaGrad:
            h = h + g**2
            w = w - lr * g / (math.sqrt(h) + 1e-7)
        elif kind is RMSprop:
            h = 0.99 * h + 0.01 * g**2
            w = w - lr * g / (math.sqrt(h) + 1e-7)
        else:
            m = 0.9 * m + 0.1 * g
            h = 0.999 * h + 0.001 * g**2
            lr_t = lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            w = w - lr_t * m / (math.sqrt(h) + 1e-7)
    return w


# ---- optimizers -------------------------------------------------------------------------------


@each_kind
@given(st.lists(st.sampled_from([0.5, -1.0, 2.0, 1e-3, 0.0, 200.0]), min_size=1, max_size=6))
@few(15)
def test_steps_follow_the_formula_for_views_and_plain_numbers(kind, slopes):
    base, optimizer = np.array([[1.0, 7.0, -2.0]]), kind(lr=0.1)
    W, g, names = base[:, ::2], np.empty((1, 2)), MEMORY[kind]
    params = {"W": W, "x": 1.0, "y": 2}
    assert not any(getattr(optimizer, name) for name in names)  # made at the first step
    for slope in slopes:
        g[...] = slope, -slope
        optimizer.update(params, {"W": g, "x": slope, "y": slope})
        assert g.tolist() == [[slope, -slope]]
        assert type(params["x"]) in (float, np.float64)  # a history of them stays as it was
        assert all(set(getattr(optimizer, name)) == set(params) for name in names)
    expected = by_formula(kind, 1.0, slopes), by_formula(kind, -2.0, [-s for s in slopes])
    assert params["x"] == pytest.approx(expected[0], rel=1e-12, abs=1e-12)
    assert params["y"] == pytest.approx(expected[0] + 1)
    np.testing.assert_allclose(base, [[expected[0], 7, expected[1]]], rtol=1e-9, atol=1e-12)
    assert params["W"] is W


@each_kind
def test_the_first_step_is_small_where_nobody_says_how_large(kind):
    lr, W = 0.001 if kind is Adam else 0.01, np.ones(1)  # the book's
    assert kind().lr == lr
    kind().update({"W": W}, {"W": [1.0]})
    assert W[0] == pytest.approx(by_formula(kind, 1.0, [1.0], lr))


@each_kind
def test_float32_stays_float32_and_slopes_may_be_integers(kind):
    optimizer = kind()
    params = {"W": np.ones(3, np.float32), "b": np.array(1.0, np.float32), "x": 1.0}
    for _ in range(2):
        grads = {"W": np.float32([200, 100, 1]), "b": np.uint8(200), "x": np.uint8(200)}
        optimizer.update(params, grads)
    assert params["W"].dtype == params["b"].dtype == np.float32
    for name in MEMORY[kind]:
        assert getattr(optimizer, name)["W"].dtype == np.float32
    expected = by_formula(kind, 1.0, [200, 200], optimizer.lr)  # 200 · 200 wraps around in uint8
    assert params["x"] == pytest.approx(expected)
    assert (params["W"][0], params["b"]) == pytest.approx((expected, expected), rel=1e-5)


def state(params, optimizer):
    kept = [vars(optimizer).get(name) for name in (*MEMORY[type(optimizer)], "iter")]
    return pickle.dumps([params["W"].tolist(), params["x"], kept])


@each_kind
def test_a_refused_step_changes_nothing(kind):
    params, optimizer, grads = {"W": np.ones(2), "x": 1.0}, kind(), {"W": np.ones(2), "x": 1.0}
    optimizer.update(params, grads)
    before = state(params, optimizer)
    for wrong in ({"W": np.ones(5), "x": 1.0}, {"W": np.ones(2), "x": "1"}, {"W": np.ones(2)}):
        with pytest.raises((ValueError, TypeError)):
            optimizer.update(params, wrong)
    params["W"].setflags(write=False)
    with pytest.raises(TypeError):
        optimizer.update(params, grads)
    assert state(params, optimizer) == before


@pytest.mark.parametrize("kind", [kind for kind in MEMORY if MEMORY[kind]])
def test_one_optimizer_for_two_networks_or_races_is_refused(kind):
    optimizer, one, grads = kind(), {"W": np.ones(2), "x": -7.0}, {"W": np.ones(2), "x": 1.0}
    optimizer.update(one, grads)
    before, at = state(one, optimizer), one["x"]
    for W, x in ((np.ones(2), at), (one["W"], -7.0), (one["W"].copy(), at)):
        two = {"W": W, "x": x}  # another network; back to the start; a re-bound parameter
        kept = W.tolist()
        with pytest.raises(RuntimeError):
            optimizer.update(two, grads)
        assert (two["W"].tolist(), two["x"]) == (kept, x)
        assert state(one, optimizer) == before
    one["x"] = float(repr(float(one["x"])))  # the same number, written anew
    optimizer.update(one, grads)  # the first may go on


# ---- the training loop ------------------------------------------------------------------------

T = np.arange(250) % 3
X = normal(250, 4, seed=0) + 2 * np.eye(4)[T]
DATA = X[:200], T[:200], X[200:], T[200:]


def net(**options):
    return TwoLayerNet(4, 6, 3, 0.1, **{"rng": 1, **options})


def trainer(network=None, data=DATA, **options):
    return Trainer(network or net(), *data, **{"verbose": False, "rng": 2, **options})


@pytest.mark.parametrize(
    ("n", "batch_size", "epochs", "per_epoch"),
    [(200, 100, 3, 2), (200, 64, 2, 3), (130, 100, 3, 1), (50, 100, 2, 1), (7, 2, 4, 3)],
)
def test_one_loss_a_step_and_one_accuracy_an_epoch(n, batch_size, epochs, per_epoch):
    t = trainer(data=(X[:n], T[:n], X, T), epochs=epochs, mini_batch_size=batch_size)
    assert (t.train_size, t.batch_size, t.epochs) == (n, batch_size, epochs)
    assert (t.iter_per_epoch, t.max_iter) == (per_epoch, per_epoch * epochs)
    assert isinstance(t.iter_per_epoch, int) and isinstance(t.max_iter, int)
    assert (t.current_iter, t.current_epoch) == (0, 0)
    t.train()
    assert len(t.train_loss_list) == t.current_iter == t.max_iter
    assert len(t.train_acc_list) == len(t.test_acc_list) == t.current_epoch == epochs
    assert all(type(value) is float for value in t.train_loss_list + t.test_acc_list)


def test_a_step_is_a_draw_a_gradient_an_update_and_the_loss_afterwards():
    one, two = net(), net()
    t = trainer(one, mini_batch_size=50, optimizer="sgd", optimizer_param={"lr": 0.5}, rng=None)
    np.random.seed(7)
    t.train_step()
    np.random.seed(7)
    mask = np.random.choice(200, 50)
    grads = two.gradient(X[mask], T[mask])
    for key in two.params:
        two.params[key] -= 0.5 * grads[key]
        np.testing.assert_allclose(one.params[key], two.params[key])
    assert t.train_loss_list == [pytest.approx(two.loss(X[mask], T[mask]))]
    assert t.train_acc_list == [two.accuracy(*DATA[:2])]
    assert t.test_acc_list == [two.accuracy(*DATA[2:])]


NAMES = {
    "sgd": SGD, "SGD": SGD, "Momentum": Momentum, "nesterov": Nesterov, "AdaGrad": AdaGrad,
    "adagrad": AdaGrad, "RMSprop": RMSprop, "rmsprpo": RMSprop, "ADAM": Adam, Adam: Adam,
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_optimizers_by_name_in_any_case_by_class_or_made_already(name):
    kind = NAMES[name]
    t = trainer(optimizer=name, optimizer_param={"lr": 0.03}, epochs=30)
    assert type(t.optimizer) is kind and t.optimizer.lr == 0.03
    assert t.train() > 1 / 3 and t.train_loss_list[-1] < t.train_loss_list[0]
    assert trainer(optimizer=name).optimizer.lr == 0.01
    assert trainer(optimizer=name, optimizer_param={}).optimizer.lr == kind().lr
    mine = kind(0.02)
    assert trainer(optimizer=mine).optimizer is mine


def test_measuring_on_some_samples_only():
    seen = []

    class Spy(TwoLayerNet):
        def accuracy(self, x, t, batch_size=100):
            seen.append(len(x))
            return super().accuracy(x, t, batch_size)

    trainer(Spy(4, 6, 3, rng=1), epochs=2, evaluate_sample_num_per_epoch=30).train()
    assert seen == [30, 30, 30, 30, 50]  # at the end: the whole test set


def test_watching_gives_a_step_at_a_time_and_may_stop():
    t = trainer(epochs=3)
    watched = [step for step, _ in zip(t.steps(), range(3), strict=False)]
    assert all(isinstance(s, Step) for s in watched)
    assert [s.step for s in watched] == [1, 2, 3]
    assert [s.epoch for s in watched] == [1, 1, 2]
    assert [s.loss for s in watched] == t.train_loss_list[:3]
    assert [s.train_acc for s in watched] == [t.train_acc_list[i] for i in (0, 0, 1)]
    assert [s.test_acc for s in watched] == [t.test_acc_list[i] for i in (0, 0, 1)]
    t.train()  # the steps that are left
    assert t.current_iter == t.max_iter == len(t.train_loss_list)
    assert t.train() == t.network.accuracy(*DATA[2:])  # none are left
    assert len(t.train_loss_list) == t.max_iter


def test_verbose_prints_a_line_an_epoch_and_the_end(capsys):
    Trainer(net(), *DATA, epochs=2, rng=1).train()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("epoch   1  loss ") and lines[2].startswith("final test accuracy 0.")
    trainer(epochs=2).train()
    assert capsys.readouterr().out == ""


def test_the_data_may_be_lists_and_is_neither_changed_nor_copied():
    kept = copy.deepcopy(DATA)
    a, b = trainer(data=[d.tolist() for d in DATA], epochs=1), trainer(epochs=1)
    assert a.train() == b.train() and a.train_loss_list == b.train_loss_list
    assert b.x_train is DATA[0]
    for before, after in zip(kept, DATA, strict=True):
        np.testing.assert_array_equal(before, after)
    trainer(data=[read_only(d) for d in DATA], epochs=1).train()


def test_a_loss_that_runs_away_stops_the_run_and_keeps_what_was_recorded():
    t = trainer(MultiLayerNet(4, [8, 8], 3, rng=1), optimizer_param={"lr": 1e200}, epochs=50)
    with pytest.raises(FloatingPointError):  # in words, with no warning before
        t.train()
    assert len(t.train_loss_list) == t.current_iter < t.max_iter
    assert np.isfinite(t.train_loss_list).all()
    assert len(t.train_acc_list) == len(t.test_acc_list) == t.current_epoch


@pytest.mark.parametrize("method", ["gradient", "loss", "accuracy"])
def test_an_error_or_an_interrupt_leaves_the_lists_in_step(method):
    t = trainer(epochs=3)
    t.train_step()
    t.train_step()  # the next one measures accuracy

    def broken(*args, **kwargs):
        raise KeyboardInterrupt

    setattr(t.network, method, broken)
    with pytest.raises(KeyboardInterrupt):
        t.train_step()
    assert len(t.train_loss_list) == t.current_iter == t.iter_per_epoch
    assert len(t.train_acc_list) == len(t.test_acc_list) == t.current_epoch == 1
    delattr(t.network, method)
    t.train()
    assert len(t.train_loss_list) == t.max_iter and len(t.train_acc_list) == 3


@each_kind
def test_a_run_can_be_interrupted_pickled_and_continued(kind):
    whole, part = trainer(optimizer=kind, epochs=2), trainer(optimizer=kind, epochs=2)
    whole.train()
    part.train_step()
    for twin in (pickle.loads(pickle.dumps(part)), copy.deepcopy(part)):
        twin.train()
        assert twin.train_loss_list == whole.train_loss_list
    other = trainer(optimizer=kind, rng=4)
    other.train_step()
    assert other.train_loss_list[0] != whole.train_loss_list[0]
    assert copy.deepcopy(trainer(rng=None)).rng is None
