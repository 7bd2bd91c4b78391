"""What chapter 6's panels show is what `common` computes, and what theory and the book expect."""

import numpy as np
import pytest

from common.initializer import weight_std
from common.optimizer import Adam, Momentum
from dataset.mnist import load_mnist
from panels.ch04_training import check_digits
from panels.ch06_init_lab import ACTIVATIONS, compute_init_lab, init_lab_panel, judge, short
from panels.ch06_overfit import describe_overfit, run_overfit
from panels.ch06_race import BOOK, LAST, _arrival, compute_race, race_panel
from panels.ch06_search import (
    BUDGETS,
    DECAYS,
    RATES,
    best,
    grid_places,
    random_places,
    run_game,
    search_panel,
)
from panels.shell import Several
from panels.surfaces import SURFACES

VALLEY = ("long valley", (-7.0, 2.0))
DIGITS = check_digits(*(part[:600] for pair in load_mnist() for part in pair))


def race(rates, momentum=0.9, surface=VALLEY[0], start=VALLEY[1]):
    return compute_race(surface, start, rates, momentum, LAST)


# ---- the race


def test_sgd_in_the_valley_multiplies_by_two_factors():
    (runner,) = race({"SGD": 0.95}).runners
    n = np.arange(LAST + 1)
    theory = np.stack([-7 * 0.905**n, 2 * (-0.9) ** n], axis=1)
    assert np.allclose(runner.points, theory)


@pytest.mark.parametrize(("name", "make"), [("Momentum", Momentum), ("Adam", Adam)])
def test_a_runner_walks_as_the_class_in_common(name, make):
    (runner,) = race({name: 0.1}).runners
    params, optimizer = {"x": -7.0, "y": 2.0}, make(lr=0.1)
    for place in runner.points[1:]:
        optimizer.update(params, {"x": params["x"] / 10, "y": 2 * params["y"]})
        assert np.allclose(place, [params["x"], params["y"]])


def test_momentum_reaches_the_two_that_have_it_and_no_other():
    rates = dict.fromkeys(("SGD", "Momentum", "Nesterov", "Adam"), 0.1)
    with_it, without = race(rates, 0.9).runners, race(rates, 0.0).runners
    changed = [a.name for a, b in zip(with_it, without, strict=True)
               if not np.array_equal(a.points, b.points)]  # fmt: skip
    assert changed == ["Momentum", "Nesterov"]
    assert np.allclose(without[0].points, without[1].points), "momentum 0 is SGD"


def test_a_runner_that_flies_out_is_lost_and_not_arrived():
    (runner,) = race({"SGD": 1.2}).runners
    assert runner.lost_at > 0
    assert runner.arrived == -1
    assert "Run away" in race_panel().preset("a rate too large for SGD").sentence


def test_arrived_means_to_stay():
    passes_by = np.array([[-7.0, 2.0], [0.01, 0.0], [3.0, 0.0], [0.05, 0.0], [0.0, 0.02]])
    assert _arrival(SURFACES["long valley"], passes_by) == 3
    assert _arrival(SURFACES["long valley"], passes_by[:3]) == -1
    assert _arrival(SURFACES["long valley"], passes_by[3:]) == 0
    assert _arrival(SURFACES["saddle"], passes_by) == -1


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), "fast", None])
def test_a_bad_learning_rate_is_named(rate):
    with pytest.raises(ValueError, match="Adam: the learning rate must be a finite number above 0"):
        race({"SGD": 0.1, "Adam": rate})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rates": {"Newton": 0.1}}, "Newton is no optimizer here"),
        ({"rates": BOOK, "momentum": 1.0}, "Momentum must be a number from 0 up to, but not, 1"),
        ({"rates": BOOK, "momentum": float("nan")}, "Momentum must be"),
        ({"rates": BOOK, "start": (0.0, float("inf"))}, "The start must be two finite numbers"),
        ({"rates": BOOK, "surface": "moon"}, "moon is no surface here"),
    ],
)
def test_other_nonsense_in_a_race_is_named(options, words):
    with pytest.raises(ValueError, match=words):
        race(**options)


def test_a_race_of_nobody_says_so():
    assert "nobody runs" in race_panel().set(rates=(False, 0.1) * 6).sentence


# ---- the init lab


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("weights", [0.01, "Xavier", "He"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_theory_meets_what_is_measured_in_wide_layers(activation, weights, batch_norm):
    net = compute_init_lab(weights, activation, (4, 200, 1), batch_norm).net
    stds = [layer.std for layer in net.layers]
    gradients = [layer.gradient_std for layer in net.layers]
    assert np.allclose(stds, net.expected, rtol=0.2)
    assert np.allclose(gradients, net.expected_gradient, rtol=0.25)


def test_relu_with_he_keeps_the_mean_square_and_with_xavier_halves_it():
    for weights, factor in (("He", 1.0), ("Xavier", 0.5)):
        net = compute_init_lab(weights, "ReLU", (5, 200, 0), False).net
        squares = np.array([layer.std**2 + layer.mean**2 for layer in net.layers])
        assert np.allclose(squares, factor ** np.arange(1, 6), rtol=0.25)
        assert net.std == weight_std(weights, 200)


def test_histograms_and_what_lies_outside_make_a_whole():
    for preset in init_lab_panel().presets:
        for layer in init_lab_panel().preset(preset).data.net.layers:
            assert layer.histogram.sum() + layer.outside == pytest.approx(1)
            whole = layer.gradients.sum() + layer.gradients_outside + layer.zero
            assert whole == pytest.approx(1)


def test_exploding_activations_are_outside_of_the_picture():
    net = compute_init_lab(1.0, "ReLU", (5, 100, 0), False).net
    assert net.layers[-1].outside > 0.4
    assert net.layers[-1].saturated == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("preset", "word"),
    [
        ("sigmoid, std 1", "saturated"),
        ("sigmoid, std 0.01", "flat"),
        ("tanh, Xavier", "healthy"),
        ("ReLU, std 0.01", "vanishing"),
        ("ReLU, He", "healthy"),
        ("ReLU, std 0.01, batch norm", "healthy"),
    ],
)
def test_the_books_experiments_are_judged(preset, word):
    assert judge(init_lab_panel().preset(preset).data.net)[0] == word


def test_wide_weights_explode_and_overflow_is_said():
    assert judge(compute_init_lab(1.0, "ReLU", (5, 100, 0), False).net)[0] == "exploding"
    with np.errstate(all="ignore"):
        net = compute_init_lab(1e5, "ReLU", (10, 100, 0), False).net
    assert judge(net)[0] == "overflow"


def test_the_kept_network_is_drawn_with_the_seed_of_the_new_one():
    panel = init_lab_panel().preset("ReLU, He")
    panel.controls["kept"].press()
    panel.set(network=(5, 100, 7), weights="Xavier")
    kept = panel.data.kept
    assert (kept.weights, kept.seed, panel.data.net.seed) == ("He", 7, 7)
    # the same random numbers, √2 apart in five layers
    ratio = kept.layers[-1].std / panel.data.net.layers[-1].std
    assert ratio == pytest.approx(2**2.5, rel=1e-3)
    panel.controls["kept"].press()
    assert panel.data.kept is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("Kaiming", "ReLU", (5, 100, 0), False), "Kaiming is none of them"),
        ((float("nan"), "ReLU", (5, 100, 0), False), "finite number from 0 up; nan"),
        ((-1.0, "ReLU", (5, 100, 0), False), "finite number from 0 up; -1"),
        ((0.1, "relu6", (5, 100, 0), False), "relu6 is no activation"),
        ((0.1, "ReLU", (0, 100, 0), False), "layers: a whole number from 1 up"),
        ((0.1, "ReLU", (5, 2.5, 0), False), "nodes: a whole number from 2 up"),
    ],
)
def test_nonsense_in_the_init_lab_is_named(values, words):
    with pytest.raises(ValueError, match=words):
        compute_init_lab(*values)


def test_numbers_in_the_table_are_short():
    for value in (0.0, 1.0, -0.5, 12.345, 999.0, 1e-7, -3e-12, 4e18, float("inf"), float("nan")):
        assert len(short(value)) <= 6


# ---- the overfitting lab


def end_of(run):
    for state in run:
        last = state
    return last


def run(decay=0.0, dropout=0.0, samples=100, lr=0.05, epochs=60, memory=None):
    options = {"digits": DIGITS, "memory": {} if memory is None else memory}
    return run_overfit(decay, dropout, samples, lr, epochs, **options)


def test_few_samples_are_learnt_by_heart():
    state = end_of(run())
    assert state.curves.train[-1] == 1
    assert state.curves.test[-1] < 0.85
    assert len(state.curves.train) == 61


def test_weight_decay_shrinks_weights_and_no_decay_does_not():
    assert end_of(run(decay=0.3, epochs=30)).size < 0.8
    assert end_of(run(epochs=30)).size == pytest.approx(1, abs=0.05)


def test_two_runs_with_the_same_settings_are_the_same_and_the_older_one_is_kept():
    memory = {}
    first, second = (end_of(run(epochs=10, memory=memory)) for _i in range(2))
    assert first.previous is None
    assert second.previous.test == first.curves.test == second.curves.test
    other = end_of(run(dropout=0.5, epochs=10, memory=memory))
    assert other.curves.train != first.curves.train


def test_divergence_becomes_a_sentence():
    with np.errstate(all="ignore"):
        state = end_of(run(lr=1e4, epochs=5))
    assert describe_overfit(state).startswith("Diverged: the loss was no number any more in epoch")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lr": 0}, "learning rate must be a finite number, above 0; 0 is not"),
        ({"lr": float("nan")}, "learning rate must be"),
        ({"lr": float("inf")}, "learning rate must be"),
        ({"decay": -0.1}, "weight decay λ must be a finite number, from 0 up"),
        ({"dropout": 1.0}, "dropout ratio must be a finite number, from 0 up and below 1"),
        ({"samples": 10**6}, "1000000 samples are asked for; there are 600"),
    ],
)
def test_nonsense_in_the_overfitting_lab_is_named(options, words):
    with pytest.raises(ValueError, match=words):
        next(run(**options))


# ---- the search game


@pytest.mark.parametrize("budget", BUDGETS)
def test_random_and_grid_have_the_budget_and_stay_in_the_field(budget):
    for places in (random_places(budget, 3), grid_places(budget)):
        assert len(set(places)) == budget
        exponents = np.log10(places)
        assert (exponents >= [RATES[0], DECAYS[0]]).all()
        assert (exponents <= [RATES[1], DECAYS[1]]).all()
    side = int(np.sqrt(budget))
    assert len({round(lr, 9) for lr, _decay in grid_places(budget)}) == side
    assert len({lr for lr, _decay in random_places(budget, 3)}) == budget
    assert random_places(budget, 3) != random_places(budget, 4)


def test_a_game_trains_three_trials_a_turn_and_reveals_at_the_end():
    panel = search_panel(*DIGITS, budget=4)
    for turn in range(4):
        assert not panel.data.over
        assert "uncovered" not in panel.sentence
        panel.set(lr=10 ** (-1.5 + 0.3 * turn)).run_now()
        assert [len(trials) for trials in panel.data.trials.values()] == [turn + 1] * 3
    assert panel.data.over
    assert "the test digits are uncovered" in panel.sentence
    assert best(panel.data.trials["you"]).validation > 0.6, "it really learns"
    panel.run_now()
    assert panel.message.startswith("All 4 trials of this game are used")
    panel.set(seed=2)
    assert panel.message == ""
    assert panel.data.trials["you"] == ()


def test_the_same_trial_gives_the_same_network_and_a_wild_one_counts_zero():
    def play(lr):
        state = end_of(run_game(lr, 1e-4, 4, 1, digits=DIGITS, games={}))
        return state.trials["you"][0]

    assert play(0.1) == play(0.1)
    with np.errstate(all="ignore"):
        assert play(1e6).validation == 0


@pytest.mark.parametrize("bad", [0, -1.0, float("nan"), float("inf")])
def test_a_bad_trial_is_named_before_it_is_counted(bad):
    games = {}
    with pytest.raises(ValueError, match="learning rate must be a finite number above 0"):
        next(run_game(bad, 0.1, 4, 1, digits=DIGITS, games=games))
    with pytest.raises(ValueError, match="weight decay λ must be a finite number above 0"):
        next(run_game(0.1, bad, 4, 1, digits=DIGITS, games=games))
    assert games == {}


def test_the_winner_is_chosen_by_validation():
    panel = search_panel(*DIGITS, budget=4)
    panel.run_now()
    trials = [trial for rows in panel.data.trials.values() for trial in rows]
    assert best(trials).validation == max(trial.validation for trial in trials)
    assert best(trials, by="test").test == max(trial.test for trial in trials)


# ---- several controls as one


def test_several_parts_change_together_or_not_at_all():
    panel = race_panel()
    control = panel.controls["start"]
    assert isinstance(control, Several)
    pictures = []
    panel._picture_html.observe(pictures.append, names="value")
    panel.set(start=(1.0, 1.5))
    assert len(pictures) == 1
    control.parts[0].value = 2.0
    assert control.value == (2.0, 1.5)
    assert panel.data.start == (2.0, 1.5)
    for bad in ((1.0,), ("x", 1.0), (99.0, 1.0)):
        with pytest.raises(ValueError, match="start cannot be"):
            panel.set(start=bad)
        assert control.value == (2.0, 1.5)
        assert [part.value for part in control.parts] == [2.0, 1.5]
