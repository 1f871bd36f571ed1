"""Events can be written, read, stored and compared as they stand."""

import base64
import json
from dataclasses import fields, is_dataclass

import pytest

from optviz.training import events
from optviz.training.events import KINDS, from_json, kind_of, to_json

EXAMPLES = [
    events.Started("cpu", "a processor", 4810, 900, 28_760, "de48fcc0a6c1b2d3", resumed_at=7),
    events.Progress(45, 1.5, 2.17, 0.001, 58_634.3, 0.05, losses=((1, 2.3), (2, 2.2))),
    events.Evaluation(45, 1.0, 2.0, 0.59, ((26, 0), (1, 19)), 0.6, 1438),
    events.Evaluation(45, 1.0, 2.0, 0.59, ((26, 0), (1, 19))),
    events.Samples(45, (3, 5), (0, 1), ((0.9, 0.1), (0.2, 0.8))),
    events.FirstLayer(45, 1, 64, 1, 2, 0.25, base64.b64encode(bytes([1, 255])).decode()),
    events.Lengths(
        9, (3, 9), ((1.5, 2.0), (1.6, 2.1)), ((0.1, 0.2), (0.3, 0.4)), ((0.01, 0.02), (0.03, 0.04))
    ),
    events.Activity(45, 500, ((-1.5, 2.0), (-3.0, 4.0)), ((1, 499), (250, 250)), (3,), 1),
    events.Sharpness(45, 12.5, 0.125, 7, 1438),
    events.Notice(4, "Something is slower than usual."),
    events.Diverged(46, "The loss is nan at step 46."),
    events.Checkpoint(45),
    events.Snapshot(45, racer=1),
    events.Answers(45, (3, 4), ((0.9, 0.1), (0.2, 0.8)), 1),
    events.Finished(900, 12.5, 0.97, "976daabc12622815"),
]


def test_there_is_an_example_of_every_kind():
    assert {kind_of(event) for event in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize("event", EXAMPLES, ids=kind_of)
def test_an_event_survives_its_json(event):
    assert from_json(to_json(event)) == event


def test_json_leaves_the_bytes_of_a_checkpoint_out():
    assert json.loads(to_json(events.Checkpoint(45, b"weights"))) == {"kind": "checkpoint", "step": 45}


@pytest.mark.parametrize("kind", KINDS.values())
def test_events_are_frozen(kind):
    assert is_dataclass(kind)
    example = next(event for event in EXAMPLES if type(event) is kind)
    with pytest.raises(AttributeError):
        setattr(example, fields(kind)[0].name, 0)


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        to_json(events.Progress(1, 0.1, float("nan"), 0.1, 1.0, 1.0))


@pytest.mark.parametrize("text", ["[]", '"x"', "{}", '{"kind":"party"}', '{"kind":"finished","step":1}', "{"])
def test_text_that_is_no_event_is_refused(text):
    with pytest.raises(ValueError, match=r"event|Expecting"):
        from_json(text)


def test_a_field_from_a_later_version_is_passed_over():
    assert from_json('{"kind":"notice","step":1,"sentence":"s","mood":"good"}') == events.Notice(1, "s")


def test_the_first_layers_weights_come_as_images_of_bytes():
    pixels = bytes([1, 128, 255, 0, 64, 192, 2, 3, 4, 5, 6, 7])
    layer = events.FirstLayer(1, 2, 5, 2, 3, 0.5, base64.b64encode(pixels).decode())
    assert layer.images().tolist() == [[[1, 128, 255], [0, 64, 192]], [[2, 3, 4], [5, 6, 7]]]
