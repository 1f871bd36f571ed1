"""Checkpoints: everything that a run needs to go on, as bytes in the safetensors format.

Never pickle: a checkpoint may come from anywhere, and reading one must not run code. It holds what changes
during training: the weights, the optimizer's state, the state of the random generator, and the step. The
step also gives the position in the order of the images, which depends only on the seed and the epoch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from optviz.training.config import TrainingConfig, decode, encode
from optviz.training.forks import Origin
from optviz.words import join, listed, tr

FORMAT = "optviz-checkpoint-1"
RACE_FORMAT = "optviz-race-1"


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message is a sentence for people."""


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """What a checkpoint holds.

    `optimizer` maps the number of a parameter to its state by name. `random` is the state of the generator
    on `device`, "cpu", "cuda" or "mps"; `elapsed` are seconds, `trained` those of them on training alone.
    `order_hash` stands for the batches of all epochs that are complete. `forked`: a fork begins here.
    """

    config: TrainingConfig
    step: int
    elapsed: float
    device: str
    random: torch.Tensor
    model: dict[str, torch.Tensor] = field(default_factory=dict)
    optimizer: dict[int, dict[str, Any]] = field(default_factory=dict)
    trained: float = 0.0
    order_hash: str = ""
    forked: bool = False


def pack(saved: Saved) -> bytes:
    """Write a checkpoint."""
    tensors = {f"model.{name}": tensor for name, tensor in saved.model.items()}
    tensors["random"] = saved.random
    numbers: dict[str, Any] = {}
    for index, state in saved.optimizer.items():
        for name, value in state.items():
            if isinstance(value, torch.Tensor):
                tensors[f"optimizer.{index}.{name}"] = value
            else:
                numbers[f"{index}.{name}"] = value
    metadata = {
        "format": FORMAT,
        "config": json.dumps(encode(saved.config)),
        "step": str(saved.step),
        "elapsed": repr(saved.elapsed),
        "trained": repr(saved.trained),
        "order": saved.order_hash,
        "device": saved.device,
        "numbers": json.dumps(numbers),
        "forked": "yes" if saved.forked else "no",
    }
    return save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, metadata)


def unpack(data: bytes, config: TrainingConfig) -> Saved:
    """Read a checkpoint of a run of `config`.

    Raises:
        CheckpointError: when it is damaged, or belongs to another configuration.
    """
    try:
        tensors, metadata = _read(data)
        if metadata.get("format") != FORMAT:
            raise CheckpointError(tr("This file is no checkpoint of a training run."))
        _refuse_another(json.loads(metadata["config"]), config)
        saved = Saved(
            config,
            int(metadata["step"]),
            float(metadata["elapsed"]),
            metadata["device"],
            tensors.pop("random"),
            trained=float(metadata.get("trained", metadata["elapsed"])),  # older ones have one clock only
            order_hash=metadata.get("order", ""),
            forked=metadata.get("forked") == "yes",
        )
        for path, value in {**tensors, **_numbers(metadata["numbers"])}.items():
            part, _, name = path.partition(".")
            if part == "model":
                saved.model[name] = value
            else:
                index, _, name = name.partition(".")
                saved.optimizer.setdefault(int(index), {})[name] = value
    except CheckpointError:
        raise
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(tr("This checkpoint is damaged and cannot be read.")) from error
    if not 0 <= saved.step <= config.steps:
        raise CheckpointError(tr("This checkpoint is damaged: its step lies outside the run."))
    return saved


def pack_race(parts: Sequence[bytes], config: TrainingConfig, endings: Mapping[str, str]) -> bytes:
    """Write the checkpoints of all racers as one; `endings` has the last events of those that ended."""
    tensors = {
        f"racer.{i}": torch.frombuffer(bytearray(part), dtype=torch.uint8) for i, part in enumerate(parts)
    }
    metadata = {
        "format": RACE_FORMAT,
        "config": json.dumps(encode(config)),
        "endings": json.dumps(dict(endings)),
    }
    return save(tensors, metadata)


def unpack_race(data: bytes, config: TrainingConfig) -> tuple[list[bytes], dict[str, str]]:
    """Read what `pack_race` wrote of a race of `config`; raises CheckpointError."""
    try:
        tensors, metadata = _read(data)
        if metadata.get("format") != RACE_FORMAT:
            raise CheckpointError(tr("This file is no checkpoint of a race."))
        _refuse_another(json.loads(metadata["config"]), config)
        parts = [tensors[f"racer.{i}"].numpy().tobytes() for i in range(len(config.entrants))]
        return parts, json.loads(metadata["endings"])
    except CheckpointError:
        raise
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(tr("This checkpoint is damaged and cannot be read.")) from error


def forked(data: bytes, origin: Origin, config: TrainingConfig) -> bytes:
    """The checkpoint with which a fork of `config` begins, from that of its parent.

    Every network of the fork has the weights of the parent's one. An optimizer keeps its state where it is
    the same one, and begins with none elsewhere.

    Raises:
        CheckpointError: when `data` is damaged, or its weights are not finite.
    """
    parent = origin.config
    part = unpack_race(data, parent)[0][origin.racer] if parent.rivals else data
    saved = unpack(part, parent.alone(origin.racer))
    if not all(tensor.isfinite().all() for tensor in saved.model.values()):
        raise CheckpointError(
            tr("The weights of this network are not finite any more, so it cannot be forked.")
        )
    weights_by_layer = [saved.model[name] for name in parameter_names(saved.config)]
    made = [
        pack(
            replace(
                saved,
                config=config.alone(place),
                step=origin.first_step(config),
                model=dict(zip(parameter_names(config), weights_by_layer, strict=True)),
                optimizer=saved.optimizer if same else {},
                forked=True,
            )
        )
        for place, same in enumerate(origin.carried(config))
    ]
    return pack_race(made, config, {}) if config.rivals else made[0]


def parameter_names(config: TrainingConfig) -> list[str]:
    """The names in the network's `state_dict`, layer by layer: activations and dropout are counted, too."""
    names, place = [], 0
    for share in (*config.dropout, 0.0):
        names += [f"{place}.weight", f"{place}.bias"]
        place += 3 if share else 2
    return names


def _read(data: bytes) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors and the metadata."""
    tensors = load(data)
    # The header is JSON behind its length; safetensors reads it but does not hand it out.
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return tensors, header.get("__metadata__", {})


def weights(data: bytes, racer: int = 0) -> bytes:
    """The weights alone, as a safetensors file with the names of the network's `state_dict`.

    `racer` is the place in a race.

    Raises:
        CheckpointError: when `data` is damaged.
    """
    try:
        tensors = load(data)
        if f"racer.{racer}" in tensors:
            tensors = load(tensors[f"racer.{racer}"].numpy().tobytes())
    except SafetensorError as error:
        raise CheckpointError(tr("This checkpoint is damaged and cannot be read.")) from error
    return save({n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")})


def flat_weights(data: bytes, config: TrainingConfig, racer: int = 0) -> np.ndarray:
    """All weights and biases in the order of the layers, float32 of shape (parameters,).

    Raises:
        CheckpointError: when `data` is damaged or of another network than that of `config`.
    """
    tensors = load(weights(data, racer))
    # The layers are numbered in the network's Sequential, where activations and dropout count too.
    names = sorted(tensors, key=lambda name: (int(name.split(".")[0]), name.endswith("bias")))
    flat = np.concatenate([tensors[name].float().reshape(-1).numpy() for name in names])
    if len(flat) != config.parameters:
        raise CheckpointError(tr("This checkpoint is of another network."))
    return flat


def _numbers(text: str) -> dict[str, Any]:
    """The parts of the optimizer's state that are no tensors, under their full names."""
    return {f"optimizer.{name}": value for name, value in json.loads(text).items()}


def _refuse_another(link: Mapping[str, str], wanted: TrainingConfig) -> None:
    """Raise CheckpointError when `link`, which a checkpoint holds, is not of the configuration `wanted`.

    Configurations are compared, not their links: those may be spelled in another way.
    """
    if not isinstance(link, Mapping) or not link:
        raise TypeError("A configuration is a mapping.")  # said as damage
    found, complaints = decode(link)
    if complaints:
        raise CheckpointError(
            join(tr("This checkpoint was written by another version of optviz."), *complaints)
        )
    if found != wanted:
        there, here = encode(found), encode(wanted)
        different = [key for key in here if there.get(key, here[key]) != here[key]]
        parts = [
            tr("{key} is {there}, not {here}", key=key, there=there[key], here=here[key]) for key in different
        ]
        said = (
            tr(
                "This checkpoint is of another configuration: in it, {parts} and more.",
                parts=listed(parts[:4]),
            )
            if len(parts) > 4
            else tr("This checkpoint is of another configuration: in it, {parts}.", parts=listed(parts))
        )
        raise CheckpointError(said)
