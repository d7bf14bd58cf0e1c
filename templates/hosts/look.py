"""Prints, as one JSON object, what a lab has to know of a host before anything is done to it. Changes nothing.

Its only argument is a JSON object: the lab's names of containers (`containers`), volumes (`volumes`), images (`images`),
paths (`paths`) and programs (`programs`, by their paths) on this host; the addresses and ports of its other hosts
(`others`); `facts`, the program that tells the rest of a machine, and `wanted`, its argument. Needs Python 3.6 and nothing else. A fact that cannot be had is null.
"""

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

NOTE = "/var/lib/mesos-lab/lab.json"
UNFILTERED_SECONDS = 5


def main():
    wanted = json.loads(sys.argv[1])
    docker = docker_here()
    works = docker is not None and "version" in docker
    facts = {
        "sudo": os.environ.get("MESOS_LAB_SUDO"),
        "user": os.environ.get("SUDO_USER") or os.environ.get("USER"),
        "machine_id": read("/etc/machine-id").strip() or None,
        "boot_id": read("/proc/sys/kernel/random/boot_id").strip() or None,
        "system": system(),
        "systemd": os.path.isdir("/run/systemd/system"),
        "apt": os.access("/usr/bin/apt-get", os.X_OK),
        "requests": has_module("requests"),
        "architecture": os.uname().machine,
        "memory": memory(),
        "free": {path: free(path) for path in ("/var/tmp", "/var/lib/docker")},
        "docker": docker,
        "images": [image for image in wanted["images"] if works and docker_has("image", image)],
        "volumes": [volume for volume in wanted["volumes"] if works and docker_has("volume", volume)],
        "containers": containers(wanted["containers"]) if works else {},
        "paths": [path for path in wanted["paths"] if os.path.lexists(path)],
        "programs": [path for path in wanted["programs"] if os.access(path, os.X_OK)],
        "note": note(),
        "unreached": unreached(wanted["others"]),
        "machine": machine(wanted),
    }
    json.dump(facts, sys.stdout)


def said_by(*argv, **options):
    """Exit code, output and complaint of a program; None where it cannot be run."""
    try:
        done = subprocess.run(
            argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, universal_newlines=True, **options
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def system():
    pairs = (line.split("=", 1) for line in read("/etc/os-release").splitlines() if "=" in line)
    return {key: value.strip('"') for key, value in pairs}.get("PRETTY_NAME")


def has_module(name):
    done = said_by("/usr/bin/python3", "-c", "import " + name)
    return done is not None and done[0] == 0


def memory():
    """MiB that there are and that are available."""
    found = {}
    for line in read("/proc/meminfo").splitlines():
        words = line.replace(":", " ").split()
        if words[0] in ("MemTotal", "MemAvailable"):
            found[words[0]] = int(words[1]) // 1024
    return {"total": found.get("MemTotal"), "available": found.get("MemAvailable")}


def free(path):
    """MiB free for root where `path` is or will be, and a number that tells file systems apart."""
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    found = os.statvfs(path)
    return {"mebibytes": found.f_bfree * found.f_frsize // 2**20, "device": os.stat(path).st_dev}


def docker_here():
    """None where there is none; what it is, or why that is not known."""
    path = next((path for path in searched("docker") if os.access(path, os.X_OK)), None)
    if path is None:
        return None
    done = said_by(path, "version", "--format", "{{json .}}")
    if done is None or done[0] != 0:
        complaint = "" if done is None else done[2]
        return {"path": path, "fault": complaint.splitlines()[-1] if complaint else "it says nothing"}
    answer = json.loads(done[1])
    server = answer.get("Server") or {}
    names = [part.get("Name", "") for part in server.get("Components") or []]
    return {"path": path, "version": server.get("Version"), "podman": any("Podman" in name for name in names)}


def searched(program):
    folders = os.environ.get("PATH", "").split(":") + ["/usr/local/bin", "/usr/bin", "/snap/bin"]
    return (os.path.join(folder, program) for folder in folders if folder)


def docker_has(kind, name):
    done = said_by("docker", kind, "inspect", "--format", "-", name)
    return done is not None and done[0] == 0


def containers(names):
    """Of those that are there: image and state."""
    done = said_by("docker", "ps", "--all", "--format", "{{.Names}}\t{{.Image}}\t{{.State}}")
    rows = [line.split("\t") for line in done[1].splitlines()] if done else []
    return {row[0]: {"image": row[1], "state": row[2]} for row in rows if len(row) == 3 and row[0] in names}


def note():
    """What a lab has noted here: null where none has, false where it cannot be read."""
    if not os.path.lexists(NOTE):
        return None
    try:
        return json.loads(read(NOTE))
    except ValueError:
        return False


def unreached(others):
    """Those that say nothing: a host that is there and lets through what is sent refuses a port that nobody has."""
    with ThreadPoolExecutor(max_workers=max(1, len(others))) as pool:
        answers = list(pool.map(answers_at, others))
    return [other for other, answer in zip(others, answers) if not answer]


def answers_at(other):
    try:
        socket.create_connection((other["address"], other["port"]), UNFILTERED_SECONDS).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


def machine(wanted):
    """What is asked of every machine of a lab."""
    done = said_by(sys.executable, "-", json.dumps(wanted["wanted"]), input=wanted["facts"])
    return json.loads(done[1]) if done is not None and done[0] == 0 else None


main()
