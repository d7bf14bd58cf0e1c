"""Prints, as one JSON object, what the containers of a Mesos lab will find on this machine.

Its only argument is a JSON object: the ports that will be listened on (`ports`, each with its container or program, what
it is for, and `address` where it is listened on at that one only), whether these are the images of 2015 (`classic`), which of them must be there or be pulled (`images`), and,
for tests, the folder that stands for `/` (`root`). Needs Python 3.6 and nothing else. A fact that cannot be had is null.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time

# How long an engine may take that starts its containers after a boot; for tests it can be given as `patience`.
starting_seconds = 300


def main():
    wanted = json.loads(sys.argv[1])
    root = wanted.get("root", "/")
    facts = {
        "hostname": os.uname().nodename,
        "hostname_resolves": resolves(root, os.uname().nodename),
        "addresses": addresses(),
        "taken": taken_for_good(root, wanted.get("ports", []), wanted.get("patience", starting_seconds)),
        "memory": memory(root),
    }
    if wanted.get("classic"):
        version = said_by(["docker", "--version"])
        facts.update(
            cgroup_v1_cpu=has_cgroup_v1(root, "cpu"),
            client=client(root),
            client_version=version,
            client_version_fault=version_fault(version or ""),
            engine=engine(),
            missing_images=missing_images(wanted.get("images", [])),
            schema1_enabled=schema1_enabled(root),
            apparmor_library=kind_of(os.path.join(root, "usr/lib/x86_64-linux-gnu/libapparmor.so.1")),
        )
    json.dump(facts, sys.stdout)


def said_by(argv, whatever_the_exit_code=False):
    """What a program prints when it succeeds, else None."""
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0 and not whatever_the_exit_code:
        return None
    return done.stdout.decode("utf-8", "replace").rstrip("\n")


def read(root, path):
    """The text of a file, empty where it cannot be read."""
    try:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def has_cgroup_v1(root, subsystem):
    """Whether a version 1 hierarchy of this subsystem is mounted, which is where the agent looks."""
    mounts = (line.split() for line in read(root, "proc/mounts").splitlines())
    return any(len(part) > 3 and part[2] == "cgroup" and subsystem in part[3].split(",") for part in mounts)


def kind_of(path):
    if os.path.isdir(path):
        return "directory"
    return "file" if os.path.isfile(path) else "missing"


def client(root):
    """The program that the agent's container gets as /usr/bin/docker, and the minor version of glibc that it needs."""
    path = os.path.join(root, "usr/bin/docker")
    kind = kind_of(path)
    if kind != "file":
        return {"kind": kind, "glibc": None}
    with open(path, "rb") as file:
        content = file.read()
    if not has_interpreter(content):
        return {"kind": "static", "glibc": None}
    minors = re.findall(rb"\bGLIBC_2\.(\d{1,3})\b", content)
    return {"kind": "dynamic", "glibc": max((int(minor) for minor in minors), default=None)}


def has_interpreter(content):
    """Whether a 64-bit little-endian ELF program asks for a dynamic loader; a script asks for its shell."""
    if content[:6] != b"\x7fELF\x02\x01":
        return True
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    pt_interp = 3
    return any(struct.unpack_from("<I", content, table + index * size)[0] == pt_interp for index in range(count))


def version_fault(output):
    """The part of `docker --version` that the agent of Mesos 0.24.1 cannot read, or None. As strict as that agent."""
    word = output.split(",")[0].strip().split(" ")[-1]
    parts = word.split(".")[:3]
    faults = [part for part in parts if not re.match(r"[0-9]+$", part.split("-")[0])]
    if faults:
        return faults[0]
    return word if int(parts[0].split("-")[0]) < 1 else None


def engine():
    """What the engine answers to this machine's client: `api` is the version that both agreed on."""
    text = said_by(["docker", "version", "--format", "{{json .}}"])
    if text is None:
        return None
    answer = json.loads(text)
    server = answer.get("Server") or {}
    status = said_by(["docker", "info", "--format", "{{json .DriverStatus}}"])
    return {
        "version": server.get("Version"),
        "api": (answer.get("Client") or {}).get("ApiVersion"),
        "containerd_store": "io.containerd.snapshotter" in (status or ""),
    }


def missing_images(images):
    """One question mostly suffices, for all are here or none is; each takes a second on a slow machine."""
    found = count_images(images) if images else 0
    if found in (0, len(images)):
        return [] if found else images
    return [image for image in images if count_images([image]) == 0]


def count_images(images):
    lines = said_by(["docker", "image", "inspect", "--format", "-"] + images, whatever_the_exit_code=True) or ""
    return lines.split().count("-")


def schema1_enabled(root):
    """Whether the running engine was told to go on pulling images of schema 1."""
    for pid in processes(root):
        if read(root, "proc/%s/comm" % pid).strip() == "dockerd":
            return "DOCKER_ENABLE_DEPRECATED_PULL_SCHEMA_1_IMAGE=1" in read(root, "proc/%s/environ" % pid).split("\0")
    return False


def resolves(root, name):
    """Whether a name resolves by /etc/hosts or DNS. Not by systemd's own module, which old images do not have."""
    entries = (line.split("#")[0].split()[1:] for line in read(root, "etc/hosts").splitlines())
    if any(name in names for names in entries):
        return True
    return said_by(["getent", "-s", "hosts:dns", "ahostsv4", name]) is not None


def addresses():
    """The IPv4 addresses of this machine."""
    return re.findall(r"\binet (\d+\.\d+\.\d+\.\d+)", said_by(["ip", "-o", "-4", "address", "show"]) or "")


def memory(root):
    """MiB that the kernel has, or None."""
    total = re.search(r"^MemTotal:\s+(\d+) kB", read(root, "proc/meminfo"), re.MULTILINE)
    return int(total.group(1)) // 1024 if total else None


def running_containers():
    """Name and published ports of each running container by its id."""
    text = said_by(["docker", "ps", "--no-trunc", "--format", "{{.ID}}\t{{.Names}}\t{{.Ports}}"]) or ""
    rows = (line.split("\t") for line in text.splitlines())
    return {row[0]: {"name": row[1], "ports": row[2]} for row in rows if len(row) == 3}


def taken_for_good(root, ports, patience):
    """A sentence for each wanted port that something else than its own container or program listens on.

    A container has its ports a while before the engine says that it runs: one that is being started is waited for.
    """
    deadline = time.monotonic() + patience
    found = taken(root, ports)
    while any(by_engine for _, by_engine in found) and time.monotonic() < deadline:
        starting = is_starting(ports)
        # What ran before this look is seen by it.
        found = taken(root, ports)
        if not starting:
            break
        time.sleep(1)
    return [sentence for sentence, _ in found]


def is_starting(ports):
    """Whether a container of these ports is there and does not run, or the engine does not say."""
    names = [wanted["container"] for wanted in ports if "container" in wanted]
    if not names or shutil.which("docker") is None:
        return False
    text = said_by(["docker", "container", "inspect", "--format", "{{.State.Running}}"] + names, True)
    return text is None or "false" in text.split()


def taken(root, ports):
    """Each such port as its sentence, and whether the engine or a container may be what listens."""
    listening = listeners(root)
    containers = running_containers() if listening else {}
    found = []
    for wanted in ports:
        port = wanted["port"]
        for address, pid in listening.get(port, []):
            if None not in (address, wanted.get("address")) and address != wanted["address"]:
                continue
            container = container_holding(root, containers, pid, port)
            if not is_own(root, wanted, container, pid):
                by = "container %s" % container if container else program(root, pid)
                sentence = "port %d, which %s needs, is taken by %s" % (port, wanted["for"], by)
                found.append((sentence, is_of_engine(root, pid)))
                break
    return found


def is_of_engine(root, pid):
    """True as well where the process is not seen: the engine binds a port before its proxy has it."""
    by_name = comm(root, pid) in ("", "docker-proxy", "dockerd")
    return by_name or "docker" in read(root, "proc/%s/cgroup" % pid)


def is_own(root, wanted, container, pid):
    if container or "program" not in wanted:
        return container is not None and container == wanted.get("container")
    return wanted["program"] == comm(root, pid)


def listeners(root):
    """Who listens on each TCP port: addresses, None for all of them, each with its process, None where not seen."""
    listen = "0A"
    sockets = []
    for table in ("proc/net/tcp", "proc/net/tcp6"):
        for line in read(root, table).splitlines()[1:]:
            part = line.split()
            if len(part) > 9 and part[3] == listen:
                address, port = part[1].rsplit(":", 1)
                sockets.append((int(port, 16), dotted(address), part[9]))
    holders = holders_of(root, {inode for _, _, inode in sockets})
    found = {}
    for port, address, inode in sockets:
        found.setdefault(port, []).append((address, holders.get(inode)))
    return found


def dotted(address):
    """An address of the kernel's tables as people write it, of version 6 its last four bytes; None for all addresses."""
    if set(address) == {"0"}:
        return None
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(address[-8:])))


def holders_of(root, inodes):
    """The process that has each socket open."""
    holders = {}
    for pid in processes(root):
        for link in links_in(os.path.join(root, "proc", pid, "fd")):
            if link.startswith("socket:[") and link[8:-1] in inodes:
                holders[link[8:-1]] = pid
    return holders


def links_in(folder):
    """What the links of a folder point to. A process may close a file, or end, while it is looked at."""
    try:
        names = os.listdir(folder)
    except OSError:
        # It ended, or is not ours to look into.
        return
    for name in names:
        try:
            yield os.readlink(os.path.join(folder, name))
        except OSError:
            continue


def container_holding(root, containers, pid, port):
    """The name of the container that a process belongs to, or that publishes the port, or None."""
    groups = read(root, "proc/%s/cgroup" % pid) if pid else ""
    published = re.compile(r"(?:^|[\s:,])%d->" % port)
    for identity, container in containers.items():
        if identity in groups or published.search(container["ports"]):
            return container["name"]
    return None


def program(root, pid):
    name = comm(root, pid)
    return "%s (process %s)" % (name, pid) if name else "a program"


def comm(root, pid):
    """The name of a process, empty where it cannot be seen."""
    return read(root, "proc/%s/comm" % pid).strip() if pid else ""


def processes(root):
    try:
        return [name for name in os.listdir(os.path.join(root, "proc")) if name.isdigit()]
    except OSError:
        return []


main()
