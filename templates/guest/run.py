"""Runs the lab's site.yml from inside a machine, for as long as its standard input stays open.

Arguments: the folder for the files with which this machine gets into the others, and archives that are of no use when
Ansible has ended well. The first line of the input is a JSON object: those files by their paths. They are kept in
memory and taken away when Ansible has ended; after a failure they stay until the next run or boot, so that the playbooks
can be run by hand. The end of the input, which is also that of the connection, interrupts Ansible.
Needs Python 3.6 and nothing else.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

# How long an interrupted Ansible may take, and how long another run may.
interrupt_seconds = 20
other_run_seconds = 60

keys, *archives = sys.argv[1:]


def main():
    # Unbuffered: the rest of the input belongs to end_with_input.
    files = json.loads(open(0, "rb", buffering=0, closefd=False).readline())
    here = os.path.dirname(os.path.abspath(__file__))
    make_private(keys)
    wait_for(os.open(keys, os.O_RDONLY))
    write_keys(files)
    interrupted = threading.Event()
    ansible = subprocess.Popen(
        ["ansible-playbook", "site.yml"], cwd=here, stdin=subprocess.DEVNULL, start_new_session=True
    )
    threading.Thread(target=end_with_input, args=(ansible, interrupted), daemon=True).start()
    code = ansible.wait()
    if code == 0 or interrupted.is_set():
        remove_keys()
    for archive in archives if code == 0 else []:
        if os.path.exists(archive):
            subprocess.call(["sudo", "-n", "rm", "-rf", archive])
    # As a shell tells it.
    return code if code >= 0 else 128 - code


def make_private(folder):
    """A folder of this user's in memory, which only this user can enter."""
    if not os.path.isdir(folder):
        owner = ["-o", str(os.getuid()), "-g", str(os.getgid())]
        subprocess.check_call(["sudo", "-n", "install", "-d", "-m", "0700"] + owner + [folder])


def wait_for(lock):
    """An earlier run, whose connection was lost, may still be about to end."""
    deadline = time.monotonic() + other_run_seconds
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                sys.exit("another run of the playbooks is still going on in this machine")
            time.sleep(1)


def write_keys(files):
    remove_keys()
    for path, text in files.items():
        target = os.path.join(keys, path)
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)


def remove_keys():
    for name in os.listdir(keys):
        shutil.rmtree(os.path.join(keys, name), ignore_errors=True)


def end_with_input(ansible, interrupted):
    while os.read(0, 4096):
        pass
    interrupted.set()
    for number, seconds in ((signal.SIGINT, interrupt_seconds), (signal.SIGKILL, 0)):
        try:
            os.killpg(ansible.pid, number)
            ansible.wait(timeout=seconds)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


sys.exit(main())
