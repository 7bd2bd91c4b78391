"""Laws of the networks: gradients, accuracy, chunks, weight decay, first weights, saving.

What they refuse stands in test_doors.py.
"""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from common.functions import cross_entropy_error, sigmoid, softmax
from common.gradient import numerical_gradient, relative_error
from common.initializer import first_params, weight_std
from common.layers import Affine, Relu, SoftmaxWithLoss
from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.network import Network
from common.simple_convnet import SimpleConvNet
from common.two_layer_net import SigmoidTwoLayerNet, TwoLayerNet

CONV = {"filter_num": 2, "filter_size": 3, "pad": 1, "stride": 1}
WIDE = {"filter_num": 2, "filter_size": 3, "stride": 2}
NORM = {"weight_decay_lambda": 0.1, "use_batchnorm": True}
# name -> (how it is made, shape of one sample)
NETS = {
    "two layers": (lambda **k: TwoLayerNet(5, 4, 3, "he", **k), (5,)),
    "two layers, sigmoid": (lambda **k: SigmoidTwoLayerNet(5, 4, 3, "xavier", **k), (5,)),
    "many layers": (lambda **k: MultiLayerNet(5, [4, 6], 3, **k), (5,)),
    "tanh, decay": (lambda **k: MultiLayerNet(5, [4], 3, "tanh", "xavier", 0.1, **k), (5,)),
    "no hidden layer": (lambda **k: MultiLayerNet(5, [], 3, "sigmoid", **k), (5,)),
    "batch norm": (lambda **k: MultiLayerNetExtend(5, [4, 6], 3, **NORM, **k), (5,)),
    "convolution": (lambda **k: SimpleConvNet((2, 6, 8), CONV, 5, 3, "he", **k), (2, 6, 8)),
    "convolution, stride": (
        lambda **k: SimpleConvNet((1, 9, 7), WIDE, 4, 3, "he", **k), (1, 9, 7)),
}  # fmt: skip
each_net = pytest.mark.parametrize(("make", "shape"), NETS.values(), ids=NETS)


def batch(shape=(5,), n=6, seed=3):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, *shape)), rng.integers(0, 3, n)


def assert_equal(found, expected, **tolerance):
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, err_msg=key, **{"rtol": 0, **tolerance})


def assert_gradient(net, x, t):
    """Backpropagation agrees with finite differences."""
    fast, slow = net.gradient(x, t), net.numerical_gradient(x, t)
    assert set(fast) == set(slow) == set(net.params)
    for key, p in net.params.items():
        assert fast[key].shape == p.shape
        # batch norm takes off whatever the bias before it adds: that slope is 0
        vanishes = abs(slow[key]).max() < 1e-8
        assert vanishes or relative_error(fast[key], slow[key]) < 1e-6, key


def shaken(net):
    """With other parameters, so that no value sits on a kink."""
    for i, p in enumerate(net.params.values()):
        p += 0.1 * np.random.default_rng(i).standard_normal(p.shape)
    return net


# ---- gradients --------------------------------------------------------------------------------


@each_net
def test_backpropagation_agrees_with_finite_differences(make, shape):
    assert_gradient(shaken(make(rng=1)), *batch(shape))


@each_net
def test_labels_and_data_in_any_form_and_nothing_that_was_handed_over_changes(make, shape):
    net, (x, t) = make(rng=1), batch(shape, n=3)  # as many samples as classes
    kept = copy.deepcopy((x, t, net.params))
    first = net.gradient(x, t)
    copied = copy.deepcopy(first)
    for labels in (np.eye(3)[t], t.tolist(), t.astype(np.uint8)):
        assert_equal(net.gradient(x, labels), first, atol=1e-15)
    assert_equal(net.gradient(x.tolist(), t), first)
    net.gradient(x + 1, t)
    net.accuracy(x, t)
    net.numerical_gradient(x[:2], t[:2])
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(t, kept[1])
    assert_equal(net.params, kept[2])
    assert_equal(first, copied)  # older gradients stay


@each_net
def test_float32_stays_float32(make, shape):
    net, (x, t) = make(rng=1, dtype=np.float32), batch(shape)
    x = x.astype(np.float32)
    grads = [*net.gradient(x, t).values(), *net.gradient(x, np.eye(3)[t]).values()]
    assert {a.dtype for a in (*grads, *net.params.values(), net.predict(x))} == {x.dtype}
    for dtype in (float, "float", "float32", np.dtype("float64")):  # as NumPy writes it
        assert make(dtype=dtype).params["W1"].dtype == np.dtype(dtype)


def test_the_gradient_of_a_decayed_weight_carries_lambda_W_and_biases_do_not():
    x, t = batch()
    nets = [MultiLayerNet(5, [4], 3, weight_decay_lambda=d, rng=1) for d in (0, 0.5, 1)]
    plain, decayed, strongly = nets
    squares = sum(np.sum(plain.params[key] ** 2) for key in ("W1", "W2"))
    assert decayed.loss(x, t) == pytest.approx(plain.loss(x, t) + 0.25 * squares)
    assert strongly.loss(x, t) == pytest.approx(plain.loss(x, t) + 0.5 * squares)
    a, b = plain.gradient(x, t), decayed.gradient(x, t)
    for key in ("W1", "W2"):
        np.testing.assert_allclose(b[key], a[key] + 0.5 * plain.params[key])
    for key in ("b1", "b2"):
        np.testing.assert_array_equal(b[key], a[key])
    np.testing.assert_array_equal(decayed.layers["Affine1"].dW, a["W1"])  # the layer's own slope
    for kind in (MultiLayerNet, MultiLayerNetExtend):
        assert kind(5, [4], 3).weight_decay_lambda == 0


def test_nobody_computes_how_the_data_should_change():
    net = SimpleConvNet((1, 6, 6), CONV, 5, 3)
    first, asked = net.layers["Conv1"], []
    backward = first.backward
    first.backward = lambda dout, need_dx=True: asked.append(need_dx) or backward(dout, need_dx)
    net.gradient(*batch((1, 6, 6)))
    assert asked == [False]


def test_the_numerical_gradient_leaves_running_statistics_alone():
    net = MultiLayerNetExtend(5, [4], 3, use_batchnorm=True, rng=1)
    x, t = batch()
    net.numerical_gradient(x, t)
    norm = net.layers["BatchNorm1"]
    assert norm.running_mean is None
    net.gradient(x, t)
    kept = norm.running_mean.copy(), norm.running_var.copy()
    net.numerical_gradient(x, t)
    with pytest.raises(ValueError):
        net.numerical_gradient(x, t[:3])
    np.testing.assert_array_equal((norm.running_mean, norm.running_var), kept)


# ---- dropout ----------------------------------------------------------------------------------


def test_dropout_acts_in_gradient_and_not_in_predict():
    net = MultiLayerNetExtend(5, [50], 3, use_dropout=True, rng=1)
    x, t = batch()
    np.testing.assert_array_equal(net.predict(x), net.predict(x))
    assert (net.predict(x, train_flg=True) != net.predict(x, train_flg=True)).any()
    assert net.loss(x, t) == net.loss(x, t)
    assert net.loss(x, t, train_flg=True) != net.loss(x, t, train_flg=True)
    net.gradient(x, t)
    assert net.layers["Dropout1"].mask.dtype == bool
    net = MultiLayerNetExtend(5, [4], 3, use_dropout=True, dropout_ratio=0, rng=1)
    assert_gradient(net, x, t)  # no mask, no obstacle


def test_a_seed_reproduces_the_masks_and_two_layers_of_one_seed_draw_different_ones():
    masks = []
    for np_seed in (5, 6):
        np.random.seed(np_seed)
        net = MultiLayerNetExtend(5, [40, 40], 3, use_dropout=True, rng=1)
        net.gradient(*batch())
        masks.append(net.layers["Dropout1"].mask)
    np.testing.assert_array_equal(*masks)
    assert (masks[1] != net.layers["Dropout2"].mask).any()


# ---- predict, loss, accuracy ------------------------------------------------------------------


@each_net
def test_predict_in_chunks_changes_no_row(make, shape):
    net, (x, t) = make(rng=1), batch(shape, n=23)
    net.gradient(x, t)  # batch norm needs its running statistics
    whole, first, sizes = net.predict(x), next(iter(net.layers.values())), []
    net.chunk, forward = 5, first.forward
    first.forward = lambda x: sizes.append(len(x)) or forward(x)
    np.testing.assert_allclose(net.predict(x), whole, rtol=1e-12)
    assert sizes == [5, 5, 5, 5, 3]
    assert whole.shape == (23, 3)
    del sizes[:]
    net.predict(x, train_flg=True)
    assert sizes == [23]  # batch norm must see the batch that training sees


def test_probabilities_of_chapter_4_and_scores_of_chapter_5():
    x, t = batch()
    for kind, activation, last in (
        (SigmoidTwoLayerNet, sigmoid, softmax),
        (TwoLayerNet, lambda a: np.maximum(a, 0), lambda a: a),
    ):
        net = kind(5, 4, 3, 1.0, rng=1)
        p = net.params
        scores = activation(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
        np.testing.assert_allclose(net.predict(x), last(scores))
        assert net.loss(x, t) == pytest.approx(cross_entropy_error(softmax(scores), t), rel=1e-5)


@each_net
def test_accuracy_counts_the_last_incomplete_batch(make, shape):
    net, (x, t) = make(rng=1), batch(shape, n=23)
    net.gradient(x, t)
    best = net.predict(x).argmax(axis=1)
    wrong = best.copy()
    wrong[-1] = (wrong[-1] + 1) % 3
    for size in (1, 4, 7, 100):
        assert net.accuracy(x, best, size) == 1
        for labels in (wrong, np.eye(3)[wrong], wrong.tolist()):
            assert net.accuracy(x, labels, size) == pytest.approx(22 / 23)
    assert isinstance(net.accuracy(x, t), float)


def test_nan_is_never_right():
    net = TwoLayerNet(5, 4, 3, rng=1)
    x, _ = batch()
    best = net.predict(x).argmax(axis=1)
    x[0], best[0] = np.nan, 0  # where argmax points among nan
    assert net.accuracy(x, best) == pytest.approx(5 / 6)
    assert np.isnan(net.loss(x, best))


@each_net
def test_what_is_refused_changes_no_parameter(make, shape):
    net, (x, t) = make(rng=1), batch(shape)
    kept = copy.deepcopy(net.params)
    net.gradient(x, t)
    for act in (net.loss, net.gradient, net.numerical_gradient, net.accuracy):
        for wrong in ((x, t.reshape(6, 1)), (x, t + 3), (x, t[:3]), (x[:0], t[:0]), (x[0], t)):
            with pytest.raises(ValueError):
                act(*wrong)
    assert_equal(net.params, kept)


# ---- parameters -------------------------------------------------------------------------------


@each_net
def test_layers_hold_the_very_arrays_of_params_and_a_new_one_is_refused(make, shape):
    net, (x, t) = make(rng=1), batch(shape)
    before = net.loss(x, t, train_flg=True)
    for p in net.params.values():
        p *= 1.5
    assert net.loss(x, t, train_flg=True) != before
    for key in net.params:
        twin = copy.deepcopy(net)
        twin.params[key] = twin.params[key] * 2
        for act in (twin.loss, twin.gradient, twin.predict, twin.numerical_gradient):
            with pytest.raises(RuntimeError, match=key):
                act(*(x, t)[: 1 if act == twin.predict else 2])


@each_net
def test_a_network_can_be_copied_and_pickled(make, shape):
    x, t = batch(shape)
    for rng in (None, 1):
        net = make(rng=rng)
        for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
            assert_equal(twin.gradient(x, t), net.gradient(x, t))
            twin.params["W1"] *= 2  # the copy's layers hold the copy's arrays
            assert twin.loss(x, t, True) != net.loss(x, t, True)


@each_net
def test_seeds_reproduce_a_network(make, shape):
    nets = [make(rng=1), make(rng=1), make(rng=2), make()]
    one, two, *others = (net.params["W1"] for net in nets)
    np.testing.assert_array_equal(one, two)
    assert all((one != other).any() for other in others)
    for key, p in nets[0].params.items():
        assert key[0] == "W" or (p == (1 if key.startswith("gamma") else 0)).all()


MAKERS = [
    (lambda: MultiLayerNet(5, [4, 6], 3, weight_init_std=0.01), [(5, 4), (4, 6), (6, 3)]),
    (SimpleConvNet, [(30, 1, 5, 5), (4320, 100), (100, 10)]),
    (lambda: TwoLayerNet(7, 5, 3), [(7, 5), (5, 3)]),
    (lambda: SigmoidTwoLayerNet(7, 5, 3), [(7, 5), (5, 3)]),
]


@pytest.mark.parametrize(("make", "shapes"), MAKERS)
def test_the_draws_come_in_the_order_W1_W2(make, shapes):
    np.random.seed(0)
    net = make()
    np.random.seed(0)
    for i, shape in enumerate(shapes, start=1):
        np.testing.assert_array_equal(net.params[f"W{i}"], 0.01 * np.random.randn(*shape))


def test_first_weights_spread_as_xavier_and_he_say():
    assert weight_std("he", 200) == weight_std("ReLU", 200) == pytest.approx(0.1)
    assert weight_std("xavier", 100) == weight_std("Sigmoid", 100) == pytest.approx(0.1)
    assert (weight_std(0.3, 7), weight_std(0, 7)) == (0.3, 0)
    net = SimpleConvNet((3, 30, 30), {"filter_num": 50}, 300, 10, "he", rng=0)
    for key, fan_in in (("W1", 75), ("W2", 50 * 13 * 13), ("W3", 300)):
        assert net.params[key].std() == pytest.approx(np.sqrt(2 / fan_in), rel=0.1)
    params = first_params([(400, 300)], "xavier", np.random.default_rng(0), np.float32)
    assert params["W1"].std() == pytest.approx(0.05, rel=0.02)


def test_a_missing_part_of_conv_param_keeps_its_default_and_the_callers_dict_stays():
    mine = {"filter_num": 4}
    net = SimpleConvNet(conv_param=mine)
    assert net.params["W1"].shape == (4, 1, 5, 5)
    assert net.params["W2"].shape == (4 * 12 * 12, 100)
    assert mine == {"filter_num": 4}
    assert SimpleConvNet((3, 10, 7), {"filter_size": 3}).params["W2"].shape == (30 * 4 * 2, 100)


# ---- saving -----------------------------------------------------------------------------------


@each_net
@pytest.mark.parametrize("name", [(), ("mine.npz",), (Path("mine.npz"),)])
def test_parameters_come_back_from_a_file(make, shape, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net, other, (x, t) = make(rng=1), make(rng=2), batch(shape)
    net.save_params(*name)
    kept = dict(other.params)
    other.load_params(*name)
    assert all(p is kept[key] for key, p in other.params.items())  # in place: layers hold them too
    assert_equal(other.params, net.params)
    assert other.loss(x, t, True) == net.loss(x, t, True)
    assert [f.name for f in tmp_path.iterdir()] == ["mine.npz" if name else "params.npz"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        TwoLayerNet(5, 4, 3).load_params(tmp_path / "nowhere.npz")


def test_an_interrupted_save_keeps_the_older_file(tmp_path, monkeypatch):
    net, file = TwoLayerNet(5, 4, 3, rng=1), tmp_path / "mine.npz"
    net.save_params(file)
    kept = file.read_bytes()

    def full(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        net.save_params(file)
    assert file.read_bytes() == kept


# ---- a network of one's own -------------------------------------------------------------------


def test_lastLayer_and_last_layer_are_one():
    net = TwoLayerNet(5, 4, 3, rng=1)
    assert net.lastLayer is net.last_layer
    for name in ("lastLayer", "last_layer"):
        new = SoftmaxWithLoss()
        setattr(net, name, new)
        assert net.lastLayer is new and net.last_layer is new
        net.gradient(*batch())
        assert new.y is not None


def test_a_subclass_with_a_relu_in_front_works():
    class Mine(Network):
        def __init__(self):
            self.params = {"W1": np.ones((5, 3)), "b1": np.zeros(3)}
            self.layers = {"Relu0": Relu(), "Affine1": Affine(*self.params.values())}
            self.last_layer = SoftmaxWithLoss()

    net, (x, t) = Mine(), batch()
    numeric = numerical_gradient(lambda _: net.loss(x, t), net.params["W1"])
    assert relative_error(net.gradient(x, t)["W1"], numeric) < 1e-6
