"""Reads rendered YAML as PyYAML and as Ansible do, and tells where that is not what was rendered.

One lab a line on the input: {"files": [{"path": ..., "text": ..., "data": ...}]}. One line each on the output: a list
of differences.
"""

import json
import sys

import yaml
from ansible.parsing.dataloader import DataLoader


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """As Ansible's: text that is marked as no template is text."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def plain(value):
    """Without the classes that Ansible notes a value's place by."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return str(value)


def same(one, other):
    """As JSON: true is not 1 there."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def differences(files):
    for each in files:
        readers = {
            "PyYAML": lambda text: yaml.load(text, Loader),
            "Ansible": DataLoader().load,
        }
        for name, read in readers.items():
            try:
                value = plain(read(each["text"]))
            except Exception as error:  # pylint: disable=broad-except
                yield f"{name} refuses {each['path']}: {error}"
                continue
            if not same(value, each["data"]):
                yield f"{name} reads {each['path']} as {json.dumps(value)[:2000]}, and not as {json.dumps(each['data'])[:2000]}"


for line in sys.stdin:
    print(json.dumps(list(differences(json.loads(line)["files"]))), flush=True)
