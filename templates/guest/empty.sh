#!/bin/sh
# Removes a lab's containers, those of its tasks, and what all of them have stored. Run as root with three lists, their
# words separated by spaces: containers, volumes, folders of this machine.
set -eu
command -v docker >/dev/null || exit 0
words() { printf '%s\n' "$1" | tr ' ' '\n'; }

# The lab's own first: a slave that runs would start tasks anew.
own=$(words "$1" | grep -xF "$(docker ps --all --format '{{.Names}}')" || true)
for name in $own; do docker rm --force --volumes "$name"; done
for name in $(docker ps --all --filter name=^mesos- --format '{{.Names}}'); do
    if docker inspect --format '{{range .Mounts}}{{.Source}} {{end}}' "$name" | grep -q '/tmp/mesos/'; then
        docker rm --force --volumes "$name"
    fi
done
for volume in $(words "$2" | grep -xF "$(docker volume ls --quiet)" || true); do docker volume rm "$volume"; done
for folder in $3; do
    if [ -d "$folder" ]; then find "$folder" -mindepth 1 -delete; fi
done
