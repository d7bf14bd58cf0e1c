#!/bin/sh
# Breaks something of this machine until it is undone. Run as root from a file, which goes with the break.
#   lasting.sh begin SECONDS KIND ARGUMENT...   breaks it; after so many seconds the machine undoes it by itself
#   lasting.sh undo                             undoes it now
# Kinds: pause CONTAINER
set -eu
unit=mesos-lab-drill

begin_pause() {
    docker pause "$1" >/dev/null
}

# A container that was ended meanwhile, or has gone on by itself, is as it should be.
undo_pause() {
    docker unpause "$1" >/dev/null 2>&1 ||
        [ "$(docker container inspect --format '{{.State.Paused}}' "$1" 2>/dev/null)" != true ]
}

undo_now() {
    systemctl start $unit.service
    systemctl stop $unit.timer
}

case $1 in
begin)
    seconds=$2 kind=$3
    shift 3
    if systemctl is-active --quiet $unit.timer; then undo_now; fi
    # First of all the way back: it is the machine's own, whatever becomes of the one who asked for this.
    systemd-run --quiet --collect --unit=$unit --on-active="$seconds" --timer-property=AccuracySec=1s \
        --property=Type=oneshot /bin/sh "$0" undo-kind "$kind" "$@"
    "begin_$kind" "$@" || {
        undo_now
        exit 1
    }
    ;;
undo)
    undo_now
    ;;
undo-kind)
    kind=$2
    shift 2
    "undo_$kind" "$@"
    rm -f "$0"
    ;;
esac
