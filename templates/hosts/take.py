"""Notes on a host which lab uses it and what that lab brings, before it brings anything. Prints, as one JSON object,
whether the host was the lab's `before`.

Its argument is a JSON object: `lab`, `id`, `by`, and of what the lab will make here `containers`, `images`, `volumes`,
`paths` and `units`. What is there already is somebody else's and not noted; what was noted before stays noted. `remover` is a program that is put beside the note, and removes what it says.
"""

import json
import os
import subprocess
import sys
import time

FOLDER = "/var/lib/mesos-lab"
NOTE = os.path.join(FOLDER, "lab.json")
KINDS = ("containers", "images", "volumes", "paths", "units")


def main():
    wanted = json.loads(sys.argv[1])
    before = read_note()
    if before is not None and before.get("id") != wanted["id"]:
        sys.exit("this host is used by lab %s (%s)" % (before.get("lab"), before.get("by")))
    note = before or {"version": 1, "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    note.update({key: wanted[key] for key in ("lab", "id", "by")})
    for kind in KINDS:
        noted = note.setdefault(kind, [])
        for name in map(topmost, wanted[kind]) if kind == "paths" else wanted[kind]:
            if name not in noted and not is_here(kind, name):
                noted.append(name)
    os.makedirs(FOLDER, mode=0o755, exist_ok=True)
    write(os.path.join(FOLDER, "remove.py"), wanted["remover"])
    write(NOTE, json.dumps(note, indent=2) + "\n")
    make_scratch()
    json.dump({"before": before is not None}, sys.stdout)


def read_note():
    try:
        with open(NOTE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def topmost(path):
    """The first folder on the way to `path` that has yet to be made, else `path`."""
    while not os.path.lexists(os.path.dirname(path)):
        path = os.path.dirname(path)
    return path


def is_here(kind, name):
    if kind in ("paths", "units"):
        return os.path.lexists(name)
    # Two containers cannot have one name: what is there and not noted has kept this lab from being made.
    return kind != "containers" and docker_has(kind.rstrip("s"), name)


def docker_has(kind, name):
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.call(["docker", kind, "inspect", name], **quiet) == 0
    except OSError:
        return False


def write(path, text):
    """The whole file or none of it."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def make_scratch():
    """Where Ansible puts what it copies, instead of the login user's home."""
    scratch = os.path.join(FOLDER, "tmp")
    os.makedirs(scratch, mode=0o700, exist_ok=True)
    os.chown(scratch, int(os.environ.get("SUDO_UID", 0)), int(os.environ.get("SUDO_GID", 0)))


main()
