"""A configuration is complete and valid, and a link gives back exactly the one that it was made of."""

import json
import re
import subprocess
import sys
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from optviz.engine.hyperparameters import HyperparameterError
from optviz.engine.schedules import SCHEDULES
from optviz.training.activations import ACTIVATIONS
from optviz.training.config import (
    BATCH_SIZE,
    DROPOUT,
    EPOCHS,
    MAX_LAYERS,
    NETWORK_OPTIMIZERS,
    SEED,
    UNITS,
    WEIGHT_DECAY,
    TrainingConfig,
    decode,
    encode,
    takes_weight_decay,
)
from optviz.training.datasets import DATASETS
from optviz.training.initialisations import INITIALISATIONS
from optviz.training.losses import LOSSES
from optviz.training.presets import PRESETS


def numbers(setting):
    """Any value that a setting allows."""
    if setting.integer:
        return st.integers(int(setting.low), int(setting.high))
    return st.floats(setting.low, setting.high)


@st.composite
def configs(draw):
    """Any configuration that is allowed."""
    optimizer = draw(st.sampled_from(sorted(NETWORK_OPTIMIZERS)))
    schedule = draw(st.sampled_from(sorted(SCHEDULES)))
    hidden = tuple(draw(st.lists(numbers(UNITS), max_size=MAX_LAYERS)))
    values = {
        "dataset": draw(st.sampled_from(sorted(DATASETS))),
        "hidden": hidden,
        "activation": draw(st.sampled_from(sorted(ACTIVATIONS))),
        "loss": draw(st.sampled_from(sorted(LOSSES))),
        "optimizer": optimizer,
        "optimizer_values": tuple(
            (h.name, draw(numbers(h))) for h in NETWORK_OPTIMIZERS[optimizer].hyperparameters
        ),
        "schedule": schedule,
        "schedule_values": tuple((h.name, draw(numbers(h))) for h in SCHEDULES[schedule].hyperparameters),
        "batch_size": draw(numbers(BATCH_SIZE)),
        "dropout": tuple(draw(numbers(DROPOUT)) for _ in hidden),
        "weight_decay": draw(numbers(WEIGHT_DECAY)) if takes_weight_decay(optimizer) else 0.0,
        "initialisation": draw(st.sampled_from(sorted(INITIALISATIONS))),
        "seed": draw(numbers(SEED)),
    }
    most = TrainingConfig(**values, epochs=1).largest_epochs
    return TrainingConfig(**values, epochs=draw(st.integers(1, most)))


@given(configs())
def test_a_link_gives_back_the_configuration_it_was_made_of(config):
    assert decode(encode(config)) == (config, [])


@given(configs())
def test_a_link_is_short_and_needs_no_escapes(config):
    link = urlencode(encode(config))
    assert len(link) < 2000
    assert re.fullmatch(r"[A-Za-z0-9.\-_=&]+", link)


@given(st.dictionaries(st.sampled_from([*encode(TrainingConfig()), "o.x", "s.x", "run"]), st.text()))
@example({"hidden": "_".join(["64"] * 10_000)})
@example({"hidden": "1e999", "epochs": "-inf", "seed": "1e308", "wd": "0x10"})
@example({"drop": "0.5", "hidden": "none"})
@example({"data": "mnist", "hidden": "2048_2048_2048_2048_2048_2048", "epochs": "200"})
def test_no_link_is_so_bad_that_it_cannot_be_read(link):
    config, complaints = decode(link)
    assert decode(encode(config)) == (config, [])
    assert all(sentence.endswith(".") and len(sentence) < 300 for sentence in complaints)


@pytest.mark.parametrize(
    ("key", "text", "named"),
    [
        ("data", "imagenet", "imagenet"),
        ("hidden", "99999", "units"),
        ("hidden", "1_2_3_4_5_6_7", "7 layers"),
        ("hidden", "64.5", "whole number"),
        ("act", "", "activation"),
        ("loss", "mae", "mae"),
        ("opt", "sgdd", "sgdd"),
        ("o.lr", "nan", "lr"),
        ("o.lr", "1e9", "lr"),
        ("o.typo", "1", "o.typo"),
        ("sched", "linear", "linear"),
        ("s.gamma", "0.5", "s.gamma"),
        ("batch", "0", "batch_size"),
        ("batch", "60001", "batch_size"),
        ("epochs", "201", "epochs"),
        ("drop", "0.1_0.1", "dropout"),
        ("drop", "1.0", "dropout"),
        ("wd", "-1", "weight_decay"),
        ("init", "magic", "magic"),
        ("seed", "one", "seed"),
        ("v", "2", "version"),
    ],
)
def test_a_bad_value_is_replaced_by_the_default_and_named(key, text, named):
    usual = encode(TrainingConfig())
    config, complaints = decode({**usual, key: text})
    assert config == TrainingConfig()
    assert len(complaints) == 1
    assert named in complaints[0]


def test_too_much_work_is_cut_to_what_is_allowed_and_named():
    big = {
        "v": "1",
        "data": "mnist",
        "hidden": "2048_2048_2048_2048_2048_2048",
        "epochs": "200",
        "drop": "none",
    }
    config, complaints = decode(big)
    assert config.epochs == config.largest_epochs < 200
    assert len(complaints) == 1
    assert "200" in complaints[0]
    with pytest.raises(HyperparameterError, match="too much work"):
        TrainingConfig("mnist", (2048,) * 6, epochs=200)


def test_the_largest_network_on_single_images_may_still_be_trained_for_an_epoch():
    assert TrainingConfig("mnist", (2048,) * 6, batch_size=1, epochs=1).largest_epochs == 1


def test_values_of_an_unknown_optimizer_are_not_given_to_another_one():
    config, complaints = decode({"v": "1", "opt": "sgdd", "o.lr": "7"})
    assert config == TrainingConfig()
    assert len(complaints) == 1


@pytest.mark.parametrize("optimizer", [key for key in NETWORK_OPTIMIZERS if not takes_weight_decay(key)])
def test_a_weight_decay_is_refused_where_it_has_no_place(optimizer):
    with pytest.raises(HyperparameterError, match="weight_decay must be 0"):
        TrainingConfig(optimizer=optimizer, weight_decay=0.1)
    config, complaints = decode({"v": "1", "opt": optimizer, "wd": "0.1"})
    assert config == TrainingConfig(optimizer=optimizer)
    assert len(complaints) == 1


@pytest.mark.parametrize(
    "link",
    [
        {},
        {"run": "abcdefghjkmn"},
        {"run": "abcdefghjkmn", "over": "abcdefghjkmp"},
        {"utm_source": "newsletter", "UTM_medium": "mail", "fbclid": "x", "gclid": "y"},
    ],
)
def test_a_link_without_a_configuration_gives_the_default_in_silence(link):
    assert decode(link) == (TrainingConfig(), [])


def test_names_of_the_page_and_of_trackers_beside_a_configuration_are_left_out_in_silence():
    config = TrainingConfig("mnist", (30,), seed=3)
    others = {"run": "abcdefghjkmn", "over": "a_b", "utm_campaign": "spring", "msclkid": "z"}
    assert decode({**others, **encode(config)}) == (config, [])


def test_a_link_that_says_no_version_is_read_and_that_is_named():
    config, complaints = decode({"hidden": "30", "seed": "3"})
    assert config == TrainingConfig(hidden=(30,), seed=3)
    assert complaints == ["The link says no version; it was read as version 1."]


def test_unknown_names_are_named():
    _, complaints = decode({**encode(TrainingConfig()), "hiden": "30", "o.zoom": "1"})
    assert complaints == [
        "The link's “hiden” is not known here and was left out.",
        "The link's “o.zoom” is not known here and was left out.",
    ]


GOLDEN = {
    "v=1&data=mnist&hidden=512_512&act=relu&loss=cross_entropy&opt=adam&o.lr=0.001&o.beta1=0.9&o.beta2=0.999"
    "&o.eps=1e-08&sched=constant&batch=100&epochs=10&drop=0.0_0.0&wd=0.0&init=torch&seed=0": TrainingConfig(
        "mnist", (512, 512), batch_size=100, epochs=10
    ),
    "v=1&data=fashion-mnist&hidden=none&act=tanh&loss=mse_softmax&opt=momentum&o.lr=0.25&o.momentum=0.5"
    "&sched=step&s.every=100&s.gamma=0.1&batch=256&epochs=3&drop=none&wd=0.0001&init=normal&seed=42": (
        TrainingConfig(
            "fashion-mnist",
            (),
            "tanh",
            "mse_softmax",
            "momentum",
            (("lr", 0.25), ("momentum", 0.5)),
            "step",
            (("every", 100), ("gamma", 0.1)),
            256,
            3,
            weight_decay=0.0001,
            initialisation="normal",
            seed=42,
        )
    ),
    "v=1&data=digits&hidden=32_16&act=sigmoid&loss=mse_sigmoid&opt=rmsprop&o.lr=0.01&o.alpha=0.9&o.eps=1e-06"
    "&sched=warmup&s.warm=20&s.floor=0.1&batch=8&epochs=5&drop=0.2_0.5&wd=0.0&init=xavier&seed=7": (
        TrainingConfig(
            "digits",
            (32, 16),
            "sigmoid",
            "mse_sigmoid",
            "rmsprop",
            (("lr", 0.01), ("alpha", 0.9), ("eps", 1e-6)),
            "warmup",
            (("warm", 20), ("floor", 0.1)),
            8,
            5,
            (0.2, 0.5),
            initialisation="xavier",
            seed=7,
        )
    ),
}


@pytest.mark.parametrize("link", GOLDEN)
def test_a_link_that_was_shared_long_ago_still_means_the_same(link):
    assert decode(dict(pair.split("=") for pair in link.split("&"))) == (GOLDEN[link], [])


def test_what_is_left_out_gets_the_optimizers_defaults_for_networks():
    config = TrainingConfig(optimizer="adam", optimizer_values=(("beta1", 0.5),))
    assert dict(config.optimizer_values) == {**NETWORK_OPTIMIZERS["adam"].network_defaults, "beta1": 0.5}


@pytest.mark.parametrize(
    "wrong",
    [
        {"dataset": "imagenet"},
        {"hidden": (0,)},
        {"hidden": 64},
        {"hidden": (1,) * 7},
        {"hidden": (True,)},
        {"activation": None},
        {"optimizer_values": (("lr", float("nan")),)},
        {"optimizer_values": (("rate", 0.1),)},
        {"optimizer_values": "lr"},
        {"schedule_values": (("gamma", 0.1),)},
        {"batch_size": 1.5},
        {"epochs": 0},
        {"dropout": (0.1, 0.1)},
        {"dropout": 0.5},
        {"weight_decay": float("inf")},
        {"seed": -1},
    ],
    ids=str,
)
def test_a_configuration_that_is_not_allowed_cannot_exist(wrong):
    with pytest.raises(HyperparameterError):
        TrainingConfig(**wrong)


def test_a_configuration_can_be_a_key():
    assert {TrainingConfig(): 1}[TrainingConfig(dropout=(0.0,))] == 1


def test_the_presets_are_the_networks_of_the_notes():
    parameters = {key: preset.config.parameters for key, preset in PRESETS.items()}
    assert parameters["mnist_mlp"] == 784 * 512 + 512 + 512 * 512 + 512 + 512 * 10 + 10
    assert parameters["softmax_regression"] == 784 * 10 + 10
    assert parameters["dropout"] == 784 * 256 + 256 + 256 * 256 + 256 + 256 * 10 + 10
    assert PRESETS["dropout"].config.dropout == (0.2, 0.5)
    same = {**encode(PRESETS["cross_entropy"].config), "loss": "mse_sigmoid", "o.lr": "1.0"}
    assert same == encode(PRESETS["mean_squared_error"].config)


def test_steps_count_the_short_last_batch():
    config = TrainingConfig("digits", batch_size=1000, epochs=3)
    assert (config.steps_per_epoch, config.steps) == (2, 6)
    assert TrainingConfig("digits", batch_size=60_000, epochs=3).steps == 3


def test_a_configuration_needs_no_torch():
    code = (
        "import sys, json; import optviz.training.presets, optviz.training.layers, optviz.training.events;"
        "print(json.dumps([name in sys.modules for name in ('torch', 'sklearn', 'pooch', 'streamlit')]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(answer) == [False] * 4


def test_every_choice_and_setting_explains_itself():
    for table in (ACTIVATIONS, LOSSES, INITIALISATIONS):
        for key, choice in table.items():
            assert choice.key == key
            assert choice.help.endswith(".")
    assert all(
        setting.help.endswith(".") for setting in (UNITS, DROPOUT, BATCH_SIZE, EPOCHS, WEIGHT_DECAY, SEED)
    )
