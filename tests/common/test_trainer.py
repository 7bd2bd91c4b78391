"""Laws of the training loop: how many steps, what is recorded, what is drawn, what is refused."""

import copy
import pickle

import numpy as np
import pytest

from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from common.simple_convnet import SimpleConvNet
from common.trainer import Trainer
from common.two_layer_net import SigmoidTwoLayerNet, TwoLayerNet

RNG = np.random.default_rng(0)
T = np.arange(250) % 3
X = RNG.standard_normal((250, 4)) + 2 * np.eye(4)[T]
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


def test_nobody_says_how_long_and_the_books_lengths_hold():
    t = Trainer(net(), *DATA)
    assert (t.epochs, t.batch_size, t.verbose) == (20, 100, True)
    assert type(t.optimizer) is SGD and t.evaluate_sample_num_per_epoch is None


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


def test_np_random_seed_reproduces_a_run():
    runs = []
    for _ in range(2):
        np.random.seed(0)
        t = trainer(net(rng=None), epochs=2, rng=None)
        t.train()
        runs.append((t.train_loss_list, t.test_acc_list))
    assert runs[0] == runs[1]
    a, b, c = (trainer(rng=seed) for seed in (3, 3, 4))
    for t in (a, b, c):
        t.train_step()
    assert a.train_loss_list == b.train_loss_list != c.train_loss_list


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sgd", SGD), ("SGD", SGD), ("Momentum", Momentum), ("nesterov", Nesterov),
     ("AdaGrad", AdaGrad), ("adagrad", AdaGrad), ("RMSprop", RMSprop), ("rmsprpo", RMSprop),
     ("ADAM", Adam), (Adam, Adam)],
)  # fmt: skip
def test_optimizers_by_name_in_any_case_or_by_class(name, kind):
    t = trainer(optimizer=name, optimizer_param={"lr": 0.03})
    assert type(t.optimizer) is kind and t.optimizer.lr == 0.03
    assert trainer(optimizer=name).optimizer.lr == 0.01
    assert trainer(optimizer=name, optimizer_param={}).optimizer.lr == kind().lr


def test_an_optimizer_that_is_made_already_is_used():
    mine = Adam(0.02)
    t = trainer(optimizer=mine, epochs=1)
    assert t.optimizer is mine
    t.train()
    assert mine.iter == t.max_iter


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"])
def test_every_optimizer_learns(name):
    rate = {"sgd": 0.3, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.1}.get(name, 0.02)
    t = trainer(optimizer=name, optimizer_param={"lr": rate}, epochs=60)
    assert t.train() > 0.75
    assert t.train_loss_list[-1] < t.train_loss_list[0]


NETWORKS = {
    "sigmoid": lambda: SigmoidTwoLayerNet(4, 6, 3, 0.5, rng=1),
    "many": lambda: MultiLayerNet(4, [8, 8], 3, weight_decay_lambda=0.01, rng=1),
    "all": lambda: MultiLayerNetExtend(4, [16], 3, use_dropout=True, dropout_ratio=0.2,
                                       use_batchnorm=True, rng=1),
    "conv": lambda: SimpleConvNet((4, 1, 1), {"filter_size": 1, "pad": 1}, 8, 3, 0.5, rng=1),
}  # fmt: skip


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_every_network_learns(make):
    images = X.reshape(-1, 4, 1, 1)
    data = images[:200], T[:200], images[200:], np.eye(3)[T[200:]]
    network = make()
    t = trainer(network, data, optimizer="adam", optimizer_param={"lr": 0.02}, epochs=60)
    assert t.train() > 0.7


def test_any_network_with_params_gradient_loss_and_accuracy_will_do():
    class Line:
        """y = w x, fitted to y = 3 x."""

        def __init__(self):
            self.params = {"w": 0.0}

        def loss(self, x, t):
            return np.mean((self.params["w"] * x - t) ** 2)

        def gradient(self, x, t):
            return {"w": np.mean(2 * (self.params["w"] * x - t) * x)}

        def accuracy(self, x, t):
            return 1 - self.loss(x, t)

    x = np.linspace(-1, 1, 20)
    line = Line()
    options = {"epochs": 200, "mini_batch_size": 5, "optimizer_param": {"lr": 0.3}}
    trainer(line, (x, 3 * x, x, 3 * x), **options).train()
    assert line.params["w"] == pytest.approx(3, abs=1e-3)


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
    watched = []
    for step in t.steps():
        watched.append(step)
        if len(watched) == 3:
            break
    assert [s.step for s in watched] == [1, 2, 3]
    assert [s.epoch for s in watched] == [1, 1, 2]
    assert [s.loss for s in watched] == t.train_loss_list
    assert watched[-1].train_acc == t.train_acc_list[-1]
    assert watched[-1].test_acc == t.test_acc_list[-1]
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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": "sdg"}, r"optimizer 'sdg' is unknown; choose from \['sgd',.*'adam'\]"),
        ({"optimizer": None}, "optimizer None is unknown"),
        ({"optimizer_param": {"lr": -1}}, "SGD: lr .*; -1 arrived"),
        ({"epochs": 0}, "epochs .*at least 1; 0 arrived"),
        ({"epochs": 2.5}, "epochs .*whole.*; 2.5 arrived"),
        ({"mini_batch_size": 0}, "mini_batch_size .*; 0 arrived"),
        ({"mini_batch_size": 12.5}, "mini_batch_size .*; 12.5 arrived"),
        ({"evaluate_sample_num_per_epoch": 0}, "evaluate_sample_num_per_epoch .*; 0 arrived"),
        ({"evaluate_sample_num_per_epoch": -5}, "evaluate_sample_num_per_epoch .*; -5 arrived"),
        ({"rng": "a"}, "rng: .*'a' arrived"),
        ({"data": (X, T[:5], X, T)}, r"x has shape \(250, 4\), t \(5,\); as many labels"),
        ({"data": (X, T, X, T[:5])}, r"x has shape \(250, 4\), t \(5,\); as many labels"),
        ({"data": (X[:0], T[:0], X, T)}, r"\(0, 4\), t \(0,\); .*at least one"),
        ({"data": (1, 2, X, T)}, r"x has shape \(\), t \(\); .*at least one"),
    ],
)
def test_settings_that_cannot_work_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        trainer(**options)


def test_lists_will_do():
    data = [d.tolist() for d in DATA]
    a, b = trainer(data=data, epochs=1), trainer(epochs=1)
    assert a.train() == b.train() and a.train_loss_list == b.train_loss_list


def test_a_loss_that_runs_away_stops_the_run_and_keeps_what_was_recorded():
    t = trainer(MultiLayerNet(4, [8, 8], 3, rng=1), optimizer_param={"lr": 1e200}, epochs=50)
    message = r"loss became \w+ at step \d+; .*smaller learning rate"
    with pytest.raises(FloatingPointError, match=message):  # in words, with no warning before
        t.train()
    assert len(t.train_loss_list) == t.current_iter < t.max_iter
    assert np.isfinite(t.train_loss_list).all()
    assert len(t.train_acc_list) == len(t.test_acc_list) == t.current_epoch


@pytest.mark.parametrize("method", ["gradient", "loss", "accuracy"])
def test_an_error_or_an_interrupt_leaves_the_lists_in_step(method):
    t = trainer(epochs=3)
    t.train_step()
    calls = []

    def broken(*args, **kwargs):
        calls.append(1)
        raise KeyboardInterrupt

    setattr(t.network, method, broken)
    t.current_iter = t.iter_per_epoch  # the next step measures accuracy
    t.train_loss_list.append(1.0)
    with pytest.raises(KeyboardInterrupt):
        t.train_step()
    assert calls
    assert len(t.train_loss_list) == t.current_iter == t.iter_per_epoch
    assert len(t.train_acc_list) == len(t.test_acc_list) == t.current_epoch == 1
    delattr(t.network, method)
    t.train()
    assert len(t.train_loss_list) == t.max_iter and len(t.train_acc_list) == 3


def test_labels_that_do_not_fit_are_refused_at_the_first_step_and_change_nothing():
    network = net()
    kept = copy.deepcopy(network.params)
    t = trainer(network, (X, T + 1, X, T))
    with pytest.raises(ValueError, match="label 3 arrived"):
        t.train()
    assert t.train_loss_list == [] and t.optimizer.iter == 0 and t.current_iter == 0
    for key in kept:
        np.testing.assert_array_equal(network.params[key], kept[key])


def test_the_data_is_not_changed_and_not_copied():
    kept = copy.deepcopy(DATA)
    t = trainer(epochs=1)
    t.train()
    assert t.x_train is DATA[0]
    for before, after in zip(kept, DATA, strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_run_can_be_interrupted_pickled_and_continued():
    whole, part = trainer(optimizer="adam", epochs=2), trainer(optimizer="adam", epochs=2)
    whole.train()
    part.train_step()
    for twin in (pickle.loads(pickle.dumps(part)), copy.deepcopy(part)):
        twin.train()
        assert twin.train_loss_list == whole.train_loss_list
    assert copy.deepcopy(trainer(rng=None)).rng is None


def test_the_comparison_of_chapter_6_in_the_shape_of_the_books():
    optimizers = {"SGD": SGD(), "Momentum": Momentum(), "AdaGrad": AdaGrad(), "Adam": Adam()}
    networks, train_loss = {}, {}
    for key in optimizers:
        networks[key] = MultiLayerNet(
            input_size=4, hidden_size_list=[10, 10, 10, 10], output_size=3
        )
        train_loss[key] = []
    for _ in range(30):
        batch_mask = np.random.choice(200, 64)
        x_batch, t_batch = X[batch_mask], T[batch_mask]
        for key in optimizers:
            grads = networks[key].gradient(x_batch, t_batch)
            optimizers[key].update(networks[key].params, grads)
            train_loss[key].append(networks[key].loss(x_batch, t_batch))
    assert all(losses[-1] < losses[0] for losses in train_loss.values())
    assert train_loss["AdaGrad"][-1] < train_loss["SGD"][-1]
