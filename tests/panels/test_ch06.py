"""What chapter 6's panels show is what `common` computes, and what theory and the book expect."""

import asyncio

import numpy as np
import pytest

from common.initializer import weight_std
from dataset.mnist import load_mnist
from panels.ch04_training import check_digits
from panels.ch06_deep_lab import deep_lab_panel
from panels.ch06_deep_run import READ_AT
from panels.ch06_dropout import VALUES, compute_dropout
from panels.ch06_init_lab import init_lab_panel
from panels.ch06_init_net import ACTIVATIONS, compute_init_lab, judge, short
from panels.ch06_map import CELLS, kind_of, map_panel, order
from panels.ch06_overfit import describe_overfit, run_overfit
from panels.ch06_race import LAST, _arrival, compute_race, race_panel, racers
from panels.ch06_search import (
    BUDGETS,
    DECAYS,
    RATES,
    Trial,
    best,
    grid_places,
    random_places,
    run_game,
    search_panel,
)
from panels.surfaces import SURFACES

pytestmark = pytest.mark.slow
ALL_DIGITS = check_digits(*(part for pair in load_mnist() for part in pair))
DIGITS = check_digits(*(part[:600] for part in ALL_DIGITS))


# ---- the race


def race(momentum=0.9, **rates):
    """The runners on x²/20 + y², from the book's start."""
    return compute_race("long valley", (-7.0, 2.0), racers(**rates), momentum, LAST).runners


def test_momentum_reaches_the_two_that_have_it_and_no_other():
    rates = dict.fromkeys(("SGD", "Momentum", "Nesterov", "Adam"), 0.1)
    with_it, without = race(0.9, **rates), race(0.0, **rates)
    pairs = zip(with_it, without, strict=True)
    changed = [a.name for a, b in pairs if not np.array_equal(a.points, b.points)]
    assert changed == ["Momentum", "Nesterov"]
    assert np.allclose(without[0].points, without[1].points), "momentum 0 is SGD"


def test_who_arrives_who_is_lost_and_that_nobody_runs_is_said():
    (runner,) = race(SGD=1.2)
    assert runner.lost_at > 0 and runner.arrived == -1
    assert "nobody runs" in race_panel(rates=(False, 0.1) * 6).sentence
    passes_by = np.array([[-7.0, 2.0], [0.01, 0.0], [3.0, 0.0], [0.05, 0.0], [0.0, 0.02]])
    valley = SURFACES["long valley"]
    assert _arrival(valley, passes_by) == 3, "arrived means to stay"
    assert _arrival(valley, passes_by[:3]) == -1
    assert _arrival(valley, passes_by[3:]) == 0
    assert _arrival(SURFACES["saddle"], passes_by) == -1


# ---- the init lab


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("weights", [0.01, "Xavier", "He"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_theory_meets_what_is_measured_in_wide_layers_and_the_verdict_too(
    activation, weights, batch_norm
):
    net = compute_init_lab(weights, activation, (4, 200, 1), batch_norm).net
    assert net.std == weight_std(weights, 200)
    assert np.allclose([layer.std for layer in net.layers], net.expected, rtol=0.2)
    gradients = [layer.gradient_std for layer in net.layers]
    assert np.allclose(gradients, net.expected_gradient, rtol=0.25)
    said, spreads = judge(net)[1], [layer.std for layer in net.layers]
    for values, words in ((spreads, "Vanishing Shrinking"), (gradients[::-1], "vanish fade")):
        fell = values[-1] < 0.75**3 * values[0]  # in four layers; the last of them, or the first
        assert any(word in said for word in words.split()) == fell, said
    for layer in net.layers:  # histograms and what lies outside make a whole
        assert layer.histogram.sum() + layer.outside == pytest.approx(1)
        assert layer.gradients.sum() + layer.zero == pytest.approx(1)


def test_overflow_is_said():
    with np.errstate(all="ignore"):
        assert judge(compute_init_lab(1e5, "ReLU", (10, 100, 0), False).net)[0] == ("overflow",)
    for value in (0.0, 1.0, -0.5, 12.345, 999.0, 1e-7, -3e-12, 4e18, float("inf"), float("nan")):
        assert len(short(value)) <= 6, "there is room for so much in the table"


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


# ---- the overfitting lab


def run(decay=0.0, dropout=0.0, samples=100, lr=0.05, epochs=60):
    """The last state of a run."""
    *_others, last = run_overfit(decay, dropout, samples, lr, epochs, digits=DIGITS, memory={})
    return last


def test_divergence_becomes_a_sentence_and_counts_zero_in_a_game():
    with np.errstate(all="ignore"):
        state = run(lr=1e4, epochs=5)
        *_others, game = run_game(1e6, 1e-4, 4, 1, digits=DIGITS, games={})
    assert describe_overfit(state).startswith("Diverged: the loss was no number any more in epoch")
    assert game.trials["you"][0].validation == 0


# ---- the search game


@pytest.mark.parametrize("budget", BUDGETS)
def test_random_and_grid_have_the_budget_and_stay_in_the_field(budget):
    for places in (random_places(budget, 3), grid_places(budget)):
        assert len(set(places)) == budget
        exponents = np.log10(places)
        assert (exponents >= [RATES[0], DECAYS[0]]).all()
        assert (exponents <= [RATES[1], DECAYS[1]]).all()
    assert len({round(lr, 9) for lr, _decay in grid_places(budget)}) == int(np.sqrt(budget))
    assert len({lr for lr, _decay in random_places(budget, 3)}) == budget
    assert random_places(budget, 3) != random_places(budget, 4)


def test_a_game_trains_three_trials_a_turn_and_reveals_at_the_end():
    panel = search_panel(*DIGITS, budget=4)
    for turn in range(4):
        assert not panel.data.over and "uncovered" not in panel.sentence
        panel.set(lr=10 ** (-1.5 + 0.3 * turn)).run_now()
        assert [len(trials) for trials in panel.data.trials.values()] == [turn + 1] * 3
    assert panel.data.over and "the test digits are uncovered" in panel.sentence
    assert best(panel.data.trials["you"]).validation > 0.6, "it really learns"
    low, high = Trial(0.1, 0.1, 0.5, 0.9), Trial(0.1, 0.1, 0.6, 0.8)
    assert (best([low, high]), best([low, high], by="test")) == (high, low)
    panel.run_now()
    assert panel.message.startswith("All 4 trials of this game are used")
    assert panel.set(seed=2).message == "" and panel.data.trials["you"] == ()


def test_a_click_on_the_map_is_a_trial_and_arrow_keys_only_walk():
    panel = search_panel(*DIGITS)

    async def touch(**told):
        panel._handled(panel._view, {"name": "map", **told}, [])
        await asyncio.sleep(0)
        await (panel._task or asyncio.sleep(0))

    asyncio.run(touch(kind="key", x=1, y=0))
    assert panel.values["lr"] == pytest.approx(10**-1.9) and not panel.data.trials["you"]
    asyncio.run(touch(kind="down", x=0.5, y=0.5))
    assert np.log10(panel.data.trials["you"][0][:2]) == pytest.approx([-1.5, -2.5])


@pytest.mark.parametrize("ratio", [0.0, 0.15, 0.4, 0.9])
def test_training_hears_through_dropout_what_the_test_hears_on_average(ratio):
    data = compute_dropout(ratio, 7)
    assert abs(data.heard.mean() - data.at_test) <= 4 * data.heard.std() / 1000**0.5 + 1e-9
    assert data.heard[7] == pytest.approx(VALUES[data.masks[1]].sum())


# ---- the deep lab and the map of learning


def test_a_cell_of_the_map_is_the_beginning_of_a_run_of_the_deep_lab_which_can_be_looked_back_at():
    lab = deep_lab_panel(*ALL_DIGITS)
    panel = map_panel(*ALL_DIGITS, lab=lab)
    assert sorted(order()) == CELLS and order()[:2] == [(1, 1), (1, 4)], "coarse first"
    states = panel._generator_of(**panel.values)
    cell = next(state.cells[4, 4] for state in states if (4, 4) in state.cells)
    assert kind_of(cell) == "learns"
    lab.run_now()
    panel._handled(panel._view, {"kind": "key", "name": "map", "x": 0, "y": 1}, [])
    assert lab.sentence.startswith("Ready: ReLU, std 0.32, lr 0.1, 5 hidden layers, 50 units")
    panel._handled(panel._view, {"kind": "key", "name": "map", "x": 0, "y": -1}, [])
    lab.run_now().set(moment=READ_AT.index(60))
    reading = lab.data.run.readings[lab.data.moment]
    assert (reading.step, reading.loss, reading.test) == (60, cell.loss, cell.test)
    assert "Looked back at step 60" in lab.sentence and lab.state == "done"
    assert "after 300 steps" in lab.run_now().sentence, "a run is not looked back at"
    assert lab.data.run.batches[:60] == list(cell.losses), "to look inside changes nothing"
