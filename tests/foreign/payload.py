"""The payload of payload.json, in which a binary value is written {"$binary": BASE64}.

This is the form in which peers of all languages and serializers compare and report values.
"""

import base64
import json
import pathlib

SAMPLE = json.loads(pathlib.Path(__file__).with_name("payload.json").read_text(encoding="utf-8"))


def to_wire(value):
    """The value with bytes for its binary values; the library knows how each serializer writes them."""
    if isinstance(value, dict):
        if set(value) == {"$binary"}:
            return base64.b64decode(value["$binary"])
        return {key: to_wire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_wire(item) for item in value]
    return value


def from_wire(value):
    """What was received, with its binary values written as in payload.json."""
    if isinstance(value, (bytes, bytearray)):
        return {"$binary": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {key: from_wire(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [from_wire(item) for item in value]
    return value


ARGS = to_wire(SAMPLE["args"])
KWARGS = to_wire(SAMPLE["kwargs"])

# Integers that JavaScript does not have but WAMP's 64 bits do.
WIDE_INTEGERS = [2**53, -(2**53), 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1]


def assert_same(actual, expected, path="payload"):
    """Equal to the type: 1, 1.0 and True are three values."""
    assert type(actual) is type(expected), f"{path}: {actual!r} is not of the type of {expected!r}"
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys(), f"{path}: keys {list(actual)} are not {list(expected)}"
        for key, item in expected.items():
            assert_same(actual[key], item, f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(actual) == len(expected), f"{path}: {len(actual)} elements are not {len(expected)}"
        for index, item in enumerate(expected):
            assert_same(actual[index], item, f"{path}[{index}]")
    else:
        assert actual == expected, f"{path}: {actual!r} is not {expected!r}"


def assert_sample(args, kwargs, skip=0):
    """Holds when args, behind their first `skip` elements, and kwargs are the sample."""
    assert_same(from_wire(list(args)[skip:]), SAMPLE["args"], "args")
    assert_same(from_wire(kwargs), SAMPLE["kwargs"], "kwargs")
