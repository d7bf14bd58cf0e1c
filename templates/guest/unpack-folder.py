#!/usr/bin/env python3
"""Puts files, one JSON object of contents by path on stdin, as a new folder in the place of the old one.

Usage: unpack-folder.py FOLDER
"""
import json
import os
import shutil
import sys

folder = sys.argv[1]
new = folder + ".new"
files = json.loads(sys.stdin.buffer.read().decode())
shutil.rmtree(new, ignore_errors=True)
os.mkdir(new, 0o700)
for path, contents in files.items():
    target = os.path.join(new, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(contents.encode())
shutil.rmtree(folder, ignore_errors=True)
os.rename(new, folder)
