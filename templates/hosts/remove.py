"""Removes from this host what a lab has put there, as it is noted, and nothing else. Run as root.

Prints, as one JSON object, what was removed and what was left, in words. `--with-docker` removes Docker as well, where the
lab has installed it and nothing else is in it; `--lab ID` does nothing on a host that is another lab's, or nobody's.
Needs Python 3.6 and nothing else. It may be run again after it was interrupted: the note goes last.
"""

import json
import os
import shutil
import subprocess
import sys

FOLDER = "/var/lib/mesos-lab"
NOTE = os.path.join(FOLDER, "lab.json")
ARCHIVE = "/var/tmp/mesos-lab-images.tar"
# Where the agent keeps its tasks' sandboxes, one of which each of their containers has.
SANDBOXES = "/tmp/mesos/"
# The way back from a drill that was killed (templates/machines/lasting.sh).
DRILL = "/run/mesos-lab-drill.sh"

removed, left = [], []


def main():
    note = read_note()
    owner = sys.argv[sys.argv.index("--lab") + 1] if "--lab" in sys.argv else None
    if note is None or (owner is not None and note.get("id") != owner):
        return
    if os.path.exists(DRILL):
        run("sh", DRILL, "undo")
    remove_units(note.get("units", []))
    if has_docker():
        remove_from_docker(note)
    remove_files(note.get("paths", []) + note.get("units", []) + [ARCHIVE])
    if note.get("units"):
        run("systemctl", "daemon-reload")
    purge("packages")
    remove_docker("--with-docker" in sys.argv)
    shutil.rmtree(FOLDER)
    removed.append(FOLDER)


def read_note():
    try:
        with open(NOTE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def run(*argv):
    """Exit code, output and complaint."""
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, env=env)
    return done.returncode, done.stdout, done.stderr.strip()


def has_docker():
    """Containers may be there wherever Docker is; only when it answers can they be removed."""
    if shutil.which("docker") is None:
        return False
    code, _, complaint = run("docker", "version")
    if code != 0:
        sys.exit("Docker does not answer, so the lab's containers cannot be removed: %s" % last_line(complaint))
    return True


def last_line(text):
    return text.splitlines()[-1] if text else "it says nothing"


def remove_units(units):
    names = [os.path.basename(path) for path in units if os.path.exists(path)]
    if names:
        run("systemctl", "disable", "--now", *names)


def remove_from_docker(note):
    there = images_of_containers()
    for name in reversed(note.get("containers", [])):
        if name in there:
            remove_one("container", name, "docker", "rm", "--force", "--volumes", name)
    for name in sorted(there):
        if name.startswith("mesos-") and is_task(name):
            remove_one("the task's container", name, "docker", "rm", "--force", "--volumes", name)
    for kind, flags in (("image", ["image", "rm"]), ("volume", ["volume", "rm"])):
        for name in note.get(kind + "s", []):
            if run("docker", kind, "inspect", name)[0] == 0:
                remove_one(kind, name, "docker", *flags, name)


def images_of_containers():
    rows = (line.split("\t") for line in run("docker", "ps", "--all", "--format", "{{.Names}}\t{{.Image}}")[1].splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}


def is_task(name):
    code, text, _ = run("docker", "inspect", "--format", "{{json .Mounts}}", name)
    return code == 0 and any((mount.get("Source") or "").startswith(SANDBOXES) for mount in json.loads(text))


def remove_one(kind, name, *argv):
    code, _, complaint = run(*argv)
    if code == 0:
        removed.append("%s %s" % (kind, name))
    else:
        left.append("%s %s: %s" % (kind, name, last_line(complaint)))


def remove_files(paths):
    for path in paths:
        if not os.path.lexists(path):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)
        removed.append(path)


def listed(name):
    try:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            return sorted(set(file.read().split()))
    except FileNotFoundError:
        return []


def purge(name):
    """Of the packages that were installed those that are still there; dpkg refuses what others have come to need."""
    packages = [package for package in listed(name) if is_installed(package)]
    if not packages:
        return True
    code, _, complaint = run("dpkg", "--purge", *packages)
    if code == 0:
        removed.append("packages %s" % ", ".join(packages))
    else:
        left.append("packages %s: %s" % (", ".join(packages), last_line(complaint)))
    return code == 0


def is_installed(package):
    code, text, _ = run("dpkg-query", "--show", "--showformat", "${db:Status-Status}", package)
    return code == 0 and text != "not-installed"


def remove_docker(wanted):
    if not listed("docker-packages") or shutil.which("docker") is None:
        return
    if not wanted:
        left.append("Docker, which the lab installed: --with-docker would have removed it")
        return
    others = [kind for kind, argv in IN_DOCKER.items() if run("docker", *argv)[1].strip() != ""]
    if others:
        left.append("Docker: there are %s in it that are not the lab's" % " and ".join(others))
        return
    # containerd may be somebody's who has no Docker.
    own_containerd = "containerd" in listed("docker-packages")
    run("systemctl", "stop", "docker.service", "docker.socket")
    if own_containerd:
        run("systemctl", "stop", "containerd.service")
    if purge("docker-packages"):
        for path in ("/var/lib/docker", "/etc/docker") + (CONTAINERD if own_containerd else ()):
            shutil.rmtree(path, ignore_errors=True)
        remove_empty("/etc/cni/net.d")
        run("groupdel", "docker")
        run("ip", "link", "delete", "docker0")
        removed.append("Docker")


def remove_empty(path):
    """A folder, and those above it, as far as nothing is in them."""
    try:
        os.removedirs(path)
    except OSError:
        pass


CONTAINERD = ("/var/lib/containerd", "/etc/containerd", "/opt/containerd")
IN_DOCKER = {
    "containers": ["ps", "--all", "--quiet"],
    "images": ["image", "ls", "--all", "--quiet"],
    "volumes": ["volume", "ls", "--quiet"],
}

main()
json.dump({"removed": removed, "left": left}, sys.stdout)
