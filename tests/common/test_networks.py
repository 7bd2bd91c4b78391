"""Laws of the networks: gradients, accuracy, chunks, weight decay, saving, and their errors."""

import copy
import pickle
import re

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
# name -> (how it is made, shape of one sample, number of classes)
NETS = {
    "two layers": (lambda **k: TwoLayerNet(5, 4, 3, "he", **k), (5,), 3),
    "two layers, sigmoid": (lambda **k: SigmoidTwoLayerNet(5, 4, 3, "xavier", **k), (5,), 3),
    "many layers": (lambda **k: MultiLayerNet(5, [4, 6], 3, **k), (5,), 3),
    "tanh, decay": (lambda **k: MultiLayerNet(5, [4], 3, "tanh", "xavier", 0.1, **k), (5,), 3),
    "no hidden layer": (lambda **k: MultiLayerNet(5, [], 3, "sigmoid", **k), (5,), 3),
    "batch norm": (
        lambda **k: MultiLayerNetExtend(5, [4, 6], 3, weight_decay_lambda=0.1,
                                        use_batchnorm=True, **k), (5,), 3),
    "convolution": (lambda **k: SimpleConvNet((2, 6, 8), CONV, 5, 3, "he", **k), (2, 6, 8), 3),
    "convolution, stride": (
        lambda **k: SimpleConvNet((1, 9, 7), {"filter_num": 2, "stride": 2, "filter_size": 3}, 4, 3,
                                  "he", **k), (1, 9, 7), 3),
}  # fmt: skip
each_net = pytest.mark.parametrize(("make", "shape", "k"), NETS.values(), ids=NETS)


def batch(shape, k, n=6, seed=3):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, *shape)), rng.integers(0, k, n)


# ---- gradients --------------------------------------------------------------------------------


@each_net
def test_backpropagation_agrees_with_finite_differences(make, shape, k):
    net = make(rng=1)
    for i, p in enumerate(net.params.values()):
        p += 0.1 * np.random.default_rng(i).standard_normal(p.shape)  # away from kinks
    x, t = batch(shape, k)
    fast, slow = net.gradient(x, t), net.numerical_gradient(x, t)
    assert set(fast) == set(slow) == set(net.params)
    for key, p in net.params.items():
        assert fast[key].shape == p.shape
        # batch norm takes off whatever the bias before it adds: that slope is 0
        vanishes = getattr(net, "use_batchnorm", False) and key in ("b1", "b2")
        error = abs(slow[key]).max() if vanishes else relative_error(fast[key], slow[key])
        assert error < 1e-6, key


@each_net
def test_gradients_are_the_same_for_one_hot_labels_and_lists(make, shape, k):
    x, t = batch(shape, k, n=3)  # as many samples as classes
    expected = make(rng=1).gradient(x, t)
    for labels in (np.eye(k)[t], t.tolist(), t.astype(np.uint8)):
        found = make(rng=1).gradient(x, labels)
        for key in expected:
            np.testing.assert_allclose(found[key], expected[key], atol=1e-15)
    found = make(rng=1).gradient(x.tolist(), t)
    for key in expected:
        np.testing.assert_array_equal(found[key], expected[key])


@each_net
def test_gradient_changes_neither_data_nor_parameters_nor_older_gradients(make, shape, k):
    net = make(rng=1)
    x, t = batch(shape, k)
    kept = copy.deepcopy((x, t, net.params))
    first = net.gradient(x, t)
    copied = copy.deepcopy(first)
    net.gradient(x + 1, t)
    net.accuracy(x, t)
    net.numerical_gradient(x[:2], t[:2])
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(t, kept[1])
    for key in net.params:
        np.testing.assert_array_equal(net.params[key], kept[2][key])
        np.testing.assert_array_equal(first[key], copied[key])


@each_net
def test_float32_stays_float32(make, shape, k):
    net = make(rng=1, dtype=np.float32)
    x, t = batch(shape, k)
    x = x.astype(np.float32)
    for labels in (t, np.eye(k)[t]):
        grads = net.gradient(x, labels)
        assert {g.dtype for g in grads.values()} == {np.dtype(np.float32)}
    assert {p.dtype for p in net.params.values()} == {np.dtype(np.float32)}
    assert net.predict(x).dtype == np.float32


def test_the_gradient_of_a_decayed_weight_carries_lambda_W_and_biases_do_not():
    x, t = batch((5,), 3)
    nets = (MultiLayerNet(5, [4], 3, weight_decay_lambda=d, rng=1) for d in (0, 0.5, 1))
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


@pytest.mark.parametrize("dtype", [float, np.float32, "float", "float32", np.dtype("float64")])
def test_a_dtype_may_be_written_as_NumPy_writes_it(dtype):
    net = TwoLayerNet(5, 4, 3, dtype=dtype)
    assert {p.dtype for p in net.params.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("kind", [MultiLayerNet, MultiLayerNetExtend])
def test_weights_decay_only_where_that_is_asked_for(kind):
    assert kind(5, [4], 3).weight_decay_lambda == 0
    assert kind(5, [4], 3, weight_decay_lambda=0.5).weight_decay_lambda == 0.5


@each_net
def test_nobody_computes_how_the_data_should_change(make, shape, k):
    net = make(rng=1)
    first, asked = next(iter(net.layers.values())), []
    backward = first.backward
    first.backward = lambda dout, need_dx=True: asked.append(need_dx) or backward(dout, need_dx)
    net.gradient(*batch(shape, k))
    assert asked == [False]


def test_the_numerical_gradient_leaves_running_statistics_alone():
    net = MultiLayerNetExtend(5, [4], 3, use_batchnorm=True, rng=1)
    x, t = batch((5,), 3)
    net.numerical_gradient(x, t)
    norm = net.layers["BatchNorm1"]
    assert norm.running_mean is None
    net.gradient(x, t)
    kept = norm.running_mean.copy(), norm.running_var.copy()
    net.numerical_gradient(x, t)
    np.testing.assert_array_equal(norm.running_mean, kept[0])
    np.testing.assert_array_equal(norm.running_var, kept[1])
    with pytest.raises(ValueError, match="labels have shape"):
        net.numerical_gradient(x, t[:3])
    np.testing.assert_array_equal(norm.running_mean, kept[0])


def test_dropout_and_finite_differences_do_not_go_together():
    net = MultiLayerNetExtend(5, [4], 3, use_dropout=True, dropout_ratio=0.3, rng=1)
    with pytest.raises(RuntimeError, match=r"dropout draws a new mask.*without dropout"):
        net.numerical_gradient(*batch((5,), 3))
    net = MultiLayerNetExtend(5, [4], 3, use_dropout=True, dropout_ratio=0, rng=1)
    x, t = batch((5,), 3)
    assert relative_error(net.gradient(x, t)["W1"], net.numerical_gradient(x, t)["W1"]) < 1e-6


def test_dropout_acts_in_gradient_and_not_in_predict():
    net = MultiLayerNetExtend(5, [50], 3, use_dropout=True, rng=1)
    x, t = batch((5,), 3)
    np.testing.assert_array_equal(net.predict(x), net.predict(x))
    assert (net.predict(x, train_flg=True) != net.predict(x, train_flg=True)).any()
    assert net.loss(x, t) == net.loss(x, t)
    assert net.loss(x, t, train_flg=True) != net.loss(x, t, train_flg=True)
    net.gradient(x, t)
    assert net.layers["Dropout1"].mask.dtype == bool


def test_two_dropout_layers_of_one_seed_draw_different_masks():
    net = MultiLayerNetExtend(5, [40, 40], 3, use_dropout=True, rng=1)
    net.gradient(*batch((5,), 3))
    assert (net.layers["Dropout1"].mask != net.layers["Dropout2"].mask).any()


def test_a_seed_reproduces_the_masks_too():
    masks = []
    for np_seed in (5, 6):
        np.random.seed(np_seed)
        net = MultiLayerNetExtend(5, [40], 3, use_dropout=True, rng=1)
        net.gradient(*batch((5,), 3))
        masks.append(net.layers["Dropout1"].mask)
    np.testing.assert_array_equal(*masks)


def test_gradient_check_in_the_shape_of_the_books():
    net = TwoLayerNet(input_size=6, hidden_size=5, output_size=4)
    x, t = batch((6,), 4, n=3)
    numeric, backprop = net.numerical_gradient(x, t), net.gradient(x, t)
    for key in numeric:
        assert np.average(np.abs(backprop[key] - numeric[key])) < 1e-8


# ---- predict, loss, accuracy ------------------------------------------------------------------


@each_net
def test_predict_in_chunks_changes_no_row(make, shape, k):
    net = make(rng=1)
    x, t = batch(shape, k, n=23)
    net.gradient(x, t)  # batch norm needs its running statistics
    whole = net.predict(x)
    net.chunk = 5
    sizes, forward = [], net._forward
    net._forward = lambda x, flag: sizes.append(len(x)) or forward(x, flag)
    np.testing.assert_allclose(net.predict(x), whole, rtol=1e-12)
    assert sizes == [5, 5, 5, 5, 3]
    assert whole.shape == (23, k)
    del sizes[:]
    net.predict(x, train_flg=True)
    assert sizes == [23]  # batch norm must see the batch that training sees


def test_probabilities_of_chapter_4_and_scores_of_chapter_5():
    x, t = batch((5,), 3)
    net = SigmoidTwoLayerNet(5, 4, 3, 1.0, rng=1)
    p = net.params
    y = softmax(sigmoid(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    np.testing.assert_allclose(net.predict(x), y)
    assert net.loss(x, t) == pytest.approx(cross_entropy_error(y, t), rel=1e-5)
    net = TwoLayerNet(5, 4, 3, 1.0, rng=1)
    p = net.params
    scores = np.maximum(x @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    np.testing.assert_allclose(net.predict(x), scores)
    assert net.loss(x, t) == pytest.approx(cross_entropy_error(softmax(scores), t), rel=1e-5)


@each_net
@pytest.mark.parametrize("batch_size", [1, 4, 7, 100])
def test_accuracy_counts_the_last_incomplete_batch(make, shape, k, batch_size):
    net = make(rng=1)
    x, t = batch(shape, k, n=23)
    net.gradient(x, t)
    best = net.predict(x).argmax(axis=1)
    assert net.accuracy(x, best, batch_size) == 1
    wrong = best.copy()
    wrong[-1] = (wrong[-1] + 1) % k
    for labels in (wrong, np.eye(k)[wrong], wrong.tolist()):
        assert net.accuracy(x, labels, batch_size) == pytest.approx(22 / 23)
    assert isinstance(net.accuracy(x, t), float)


def test_nan_is_never_right():
    net = TwoLayerNet(5, 4, 3, rng=1)
    x, _ = batch((5,), 3)
    best = net.predict(x).argmax(axis=1)
    x[0] = np.nan
    best[0] = 0  # where argmax points among nan
    assert net.accuracy(x, best) == pytest.approx(5 / 6)
    assert np.isnan(net.loss(x, best))


@each_net
def test_batches_and_labels_that_do_not_fit_are_refused(make, shape, k):
    net = make(rng=1)
    x, t = batch(shape, k)
    net.gradient(x, t)
    kept = copy.deepcopy(net.params)
    message = "as many labels as samples, at least one"
    for wrong_x, wrong_t in ((x, t[:3]), (x[:0], t[:0]), (x, 3), (3.0, t)):
        with pytest.raises(ValueError, match=message):
            net.accuracy(wrong_x, wrong_t)
    for size in (0, 2.5, -1):
        with pytest.raises(ValueError, match=f"batch_size .*; {size} arrived"):
            net.accuracy(x, t, size)
    for act in (net.loss, net.gradient, net.numerical_gradient, net.accuracy):
        with pytest.raises(ValueError, match=r"labels have shape \(6, 1\); .*\(6, 3\)"):
            act(x, t.reshape(6, 1))
        with pytest.raises(ValueError, match=f"label {k} arrived, but {k} outputs know"):
            act(x, np.full(6, k))
        with pytest.raises(TypeError, match="numbers were expected"):
            act(np.full(x.shape, "a"), t)
        with pytest.raises(TypeError, match="different lengths"):
            act([[1, 2], [3]], t[:2])
    for act in (net.loss, net.gradient):
        with pytest.raises(ValueError, match="expect"):
            act(x[:0], t[:0])
        with pytest.raises(ValueError, match="expect"):
            act(np.ones((6, 11)), t)
    for sample in (np.ones(shape[-1]), np.ones(784)):
        with pytest.raises(ValueError, match=re.escape(str(sample.shape))):
            net.predict(sample)
    for key in kept:
        np.testing.assert_array_equal(net.params[key], kept[key])


def test_uint8_pixels_are_computed_as_floats():
    x, t = np.random.default_rng(0).integers(0, 256, (4, 1, 6, 6), dtype=np.uint8), [0, 1, 2, 1]
    net = SimpleConvNet((1, 6, 6), CONV, 5, 3, rng=1)
    np.testing.assert_array_equal(net.predict(x), net.predict(x.astype(float)))
    for key, g in net.gradient(x, t).items():
        np.testing.assert_array_equal(g, net.gradient(x.astype(float), t)[key])
    net = SigmoidTwoLayerNet(36, 5, 3, rng=1)
    np.testing.assert_array_equal(net.predict(x), net.predict(x.astype(float)))


# ---- parameters -------------------------------------------------------------------------------


@each_net
def test_layers_hold_the_very_arrays_of_params(make, shape, k):
    net = make(rng=1)
    x, t = batch(shape, k)
    before = net.loss(x, t, train_flg=True)
    for p in net.params.values():
        p *= 1.5
    assert net.loss(x, t, train_flg=True) != before


@each_net
def test_a_re_bound_parameter_is_refused(make, shape, k):
    net = make(rng=1)
    x, t = batch(shape, k)
    net.params["W1"] = net.params["W1"] * 2
    for act in (net.loss, net.gradient, net.predict, net.numerical_gradient):
        with pytest.raises(RuntimeError, match=r"params\['W1'\] is a new array.*in place"):
            act(*(x, t)[: 1 if act == net.predict else 2])


def test_a_re_bound_gamma_and_a_re_bound_layer_are_noticed():
    x, t = batch((5,), 3)
    net = MultiLayerNetExtend(5, [4], 3, use_batchnorm=True, rng=1)
    net.params["gamma1"] = np.ones(4)
    with pytest.raises(RuntimeError, match="gamma1"):
        net.gradient(x, t)
    net = TwoLayerNet(5, 4, 3, rng=1)
    net.layers["Affine2"].b = np.ones(3)
    with pytest.raises(RuntimeError, match="b2"):
        net.predict(x)


@each_net
def test_a_network_can_be_copied_and_pickled(make, shape, k):
    x, t = batch(shape, k)
    for rng in (None, 1):
        net = make(rng=rng)
        for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
            expected = net.gradient(x, t)
            found = twin.gradient(x, t)
            for key in expected:
                np.testing.assert_array_equal(found[key], expected[key])
            twin.params["W1"] *= 2  # the copy's layers hold the copy's arrays
            assert twin.loss(x, t, True) != net.loss(x, t, True)


@each_net
def test_seeds_reproduce_a_network(make, shape, k):
    one, two, other = make(rng=1), make(rng=1), make(rng=2)
    np.random.seed(0)
    three = make()
    np.random.seed(0)
    four = make(rng=None)
    np.testing.assert_array_equal(one.params["W1"], two.params["W1"])
    np.testing.assert_array_equal(three.params["W1"], four.params["W1"])
    assert (one.params["W1"] != other.params["W1"]).any()
    assert (one.params["W1"] != three.params["W1"]).any()
    assert not any(p.any() for key, p in one.params.items() if key.startswith(("b", "beta")))
    assert all((p == 1).all() for key, p in one.params.items() if key.startswith("gamma"))


def test_the_draws_come_in_the_order_W1_W2():
    np.random.seed(0)
    net = MultiLayerNet(5, [4, 6], 3, weight_init_std=0.01)
    np.random.seed(0)
    for key, shape in (("W1", (5, 4)), ("W2", (4, 6)), ("W3", (6, 3))):
        np.testing.assert_array_equal(net.params[key], 0.01 * np.random.randn(*shape))
    np.random.seed(0)
    net = SimpleConvNet()
    np.random.seed(0)
    for key, shape in (("W1", (30, 1, 5, 5)), ("W2", (4320, 100)), ("W3", (100, 10))):
        np.testing.assert_array_equal(net.params[key], 0.01 * np.random.randn(*shape))
    for kind in (TwoLayerNet, SigmoidTwoLayerNet):
        np.random.seed(0)
        net = kind(7, 5, 3)
        np.random.seed(0)
        np.testing.assert_array_equal(net.params["W1"], 0.01 * np.random.randn(7, 5))
        np.testing.assert_array_equal(net.params["W2"], 0.01 * np.random.randn(5, 3))


def test_first_weights_spread_as_xavier_and_he_say():
    assert weight_std("he", 200) == weight_std("ReLU", 200) == pytest.approx(0.1)
    assert weight_std("xavier", 100) == weight_std("Sigmoid", 100) == pytest.approx(0.1)
    assert weight_std(0.3, 7) == 0.3
    assert weight_std(0, 7) == 0
    net = SimpleConvNet((3, 30, 30), {"filter_num": 50}, 300, 10, "he", rng=0)
    for key, fan_in in (("W1", 75), ("W2", 50 * 13 * 13), ("W3", 300)):
        assert net.params[key].std() == pytest.approx(np.sqrt(2 / fan_in), rel=0.1)
    params = first_params([(400, 300)], "xavier", np.random.default_rng(0), np.float32)
    assert params["W1"].std() == pytest.approx(0.05, rel=0.02)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MultiLayerNet(5, [4], 3, activation="rulu"), "activation 'rulu': one of"),
        (lambda: MultiLayerNet(5, [4], 3, activation=None), "activation None: one of"),
        (lambda: MultiLayerNet(5, [4], 3, weight_init_std="hi"), "weight_init_std: .*'hi' arrived"),
        (lambda: MultiLayerNet(5, [4], 3, weight_init_std=-1), "weight_init_std .*; -1 arrived"),
        (lambda: MultiLayerNet(5, [4], 3, weight_init_std=None), "weight_init_std .*; None"),
        (lambda: MultiLayerNet(5, [4], 3, weight_decay_lambda=-1), "weight_decay_lambda .*; -1"),
        (lambda: MultiLayerNet(5, 4, 3), "hidden_size_list 4: "),
        (lambda: MultiLayerNet(5, [4.5], 3), "size of a layer .*; 4.5 arrived"),
        (lambda: MultiLayerNetExtend(5, [4], 3, use_dropout=True, dropout_ration=1), "ratio .*; 1"),
        (lambda: TwoLayerNet(0, 4, 3), "size of a layer .*at least 1; 0 arrived"),
        (lambda: TwoLayerNet(5, 4.0, 3), "size of a layer .*; 4.0 arrived"),
        (lambda: SigmoidTwoLayerNet(5, 4, "3"), "size of a layer .*; '3' arrived"),
        (lambda: TwoLayerNet(5, 4, 3, dtype=int), "dtype: float32 or float64 .*int"),
        (lambda: TwoLayerNet(5, 4, 3, rng="a"), "rng: .*'a' arrived"),
        (lambda: SimpleConvNet((28, 28)), r"input_dim: \(C, H, W\).*\(28, 28\) arrived"),
        (lambda: SimpleConvNet(784), r"input_dim: \(C, H, W\).*784 arrived"),
        (lambda: SimpleConvNet((1, 4, 4)), "filter of 5 does not fit into 4 pixels"),
        (lambda: SimpleConvNet((1, 5, 5)), "filter of 2 does not fit into 1 pixels"),
        (lambda: SimpleConvNet(conv_param={"filters": 3}), r"conv_param knows.*\['filters'\]"),
        (lambda: SimpleConvNet(conv_param={"filter_num": 0}), "filter_num .*; 0 arrived"),
        (lambda: SimpleConvNet(conv_param={"stride": 0}), "stride .*; 0 arrived"),
        (lambda: SimpleConvNet(conv_param={"pad": -1}), "pad .*; -1 arrived"),
    ],
)
def test_settings_that_cannot_work_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_missing_part_of_conv_param_keeps_its_default_and_the_callers_dict_stays():
    mine = {"filter_num": 4}
    net = SimpleConvNet(conv_param=mine)
    assert net.params["W1"].shape == (4, 1, 5, 5)
    assert net.params["W2"].shape == (4 * 12 * 12, 100)
    assert mine == {"filter_num": 4}
    assert SimpleConvNet((3, 10, 7), {"filter_size": 3}).params["W2"].shape == (30 * 4 * 2, 100)


# ---- saving -----------------------------------------------------------------------------------


@each_net
def test_parameters_come_back_from_a_file(make, shape, k, tmp_path):
    net, other = make(rng=1), make(rng=2)
    x, t = batch(shape, k)
    net.save_params(tmp_path / "mine.npz")
    arrays = dict(other.params)
    other.load_params(str(tmp_path / "mine.npz"))
    for key, p in other.params.items():
        assert p is arrays[key]  # in place: the layers hold them too
        np.testing.assert_array_equal(p, net.params[key])
    assert other.loss(x, t, True) == net.loss(x, t, True)
    assert [f.name for f in tmp_path.iterdir()] == ["mine.npz"]


def test_a_file_without_a_name_is_params_npz_in_this_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net, other = TwoLayerNet(5, 4, 3, rng=1), TwoLayerNet(5, 4, 3, rng=2)
    net.save_params()
    assert [f.name for f in tmp_path.iterdir()] == ["params.npz"]
    other.load_params()
    np.testing.assert_array_equal(other.params["W1"], net.params["W1"])


def test_a_file_that_does_not_fit_changes_nothing(tmp_path):
    net = TwoLayerNet(5, 4, 3, rng=1)
    kept = copy.deepcopy(net.params)
    good = tmp_path / "good.npz"
    net.save_params(good)
    bad = {
        "other.npz": (lambda f: TwoLayerNet(5, 7, 3).save_params(f), r"5, 7.*expects.*5, 4"),
        "keys.npz": (lambda f: np.savez(f, W1=kept["W1"]), "holds .*expects"),
        "cut.npz": (lambda f: f.write_bytes(good.read_bytes()[:300]), "no readable .npz"),
        "empty.npz": (lambda f: f.write_bytes(b""), "no readable .npz"),
        "text.npz": (lambda f: f.write_text("hello"), "no readable .npz"),
        "pickle.npz": (lambda f: f.write_bytes(pickle.dumps(kept)), "no readable .npz"),
        "objects.npz": (lambda f: np.savez(f, **{**kept, "b2": [None] * 3}), "no readable"),
        "words.npz": (lambda f: np.savez(f, **{**kept, "b2": ["a"] * 3}), "no readable"),
        "complex.npz": (lambda f: np.savez(f, **{**kept, "b2": 1j * np.ones(3)}), "no readable"),
    }  # fmt: skip
    for name, (write, message) in bad.items():
        write(tmp_path / name)
        with pytest.raises(ValueError, match=message) as error:
            net.load_params(tmp_path / name)
        assert name in str(error.value) and "allow_pickle" not in str(error.value)
        for key in kept:
            np.testing.assert_array_equal(net.params[key], kept[key])
    for act in (net.save_params, net.load_params):
        with pytest.raises(ValueError, match=r"params.pkl: parameters live in .npz files"):
            act(tmp_path / "params.pkl")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        net.load_params(tmp_path / "nowhere.npz")


def test_an_interrupted_save_keeps_the_older_file(tmp_path, monkeypatch):
    net = TwoLayerNet(5, 4, 3, rng=1)
    file = tmp_path / "mine.npz"
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
        net.gradient(*batch((5,), 3))
        assert new.y is not None


def test_a_subclass_with_a_relu_in_front_works():
    class Mine(Network):
        def __init__(self):
            self.params = {"W1": np.ones((5, 3)), "b1": np.zeros(3)}
            self.layers = {"Relu0": Relu(), "Affine1": Affine(*self.params.values())}
            self.last_layer = SoftmaxWithLoss()

    net = Mine()
    x, t = batch((5,), 3)
    numeric = numerical_gradient(lambda _: net.loss(x, t), net.params["W1"])
    assert relative_error(net.gradient(x, t)["W1"], numeric) < 1e-6


def test_images_pass_through_fully_connected_networks():
    x, t = batch((1, 2, 3), 3)
    net = TwoLayerNet(6, 4, 3, "he", rng=1)
    np.testing.assert_array_equal(net.predict(x), net.predict(x.reshape(6, 6)))
    assert net.gradient(x, t)["W1"].shape == (6, 4)
