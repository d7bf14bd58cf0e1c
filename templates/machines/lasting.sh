#!/bin/sh
# Breaks something of this machine until it is undone. Run as root from a file, which goes with the break.
#   lasting.sh begin SECONDS KIND ARGUMENT...   breaks it; after so many seconds the machine undoes it by itself
#   lasting.sh undo                             undoes it now
# Kinds: pause CONTAINER   the container stands still
#        cut ADDRESS...    no traffic with these addresses, but SSH's
set -eu
unit=mesos-lab-drill
chain=MESOS-LAB-DRILL

begin_pause() {
    docker pause "$1" >/dev/null
}

# A container that was ended meanwhile, or has gone on by itself, is as it should be.
undo_pause() {
    docker unpause "$1" >/dev/null 2>&1 ||
        [ "$(docker container inspect --format '{{.State.Paused}}' "$1" 2>/dev/null)" != true ]
}

# Where packets come in and go out, before and after all that others have set up: also those of containers.
begin_cut() {
    for table in raw mangle; do
        iptables -w -t $table -N $chain
        for port in --dport --sport; do iptables -w -t $table -A $chain -p tcp $port 22 -j RETURN; done
    done
    for address; do
        iptables -w -t raw -A $chain -s "$address" -j DROP
        iptables -w -t mangle -A $chain -d "$address" -j DROP
    done
    iptables -w -t raw -I PREROUTING -j $chain
    iptables -w -t mangle -I POSTROUTING -j $chain
}

undo_cut() {
    iptables -w -t raw -D PREROUTING -j $chain 2>/dev/null || true
    iptables -w -t mangle -D POSTROUTING -j $chain 2>/dev/null || true
    for table in raw mangle; do
        iptables -w -t $table -F $chain 2>/dev/null || continue
        iptables -w -t $table -X $chain
    done
}

undo_now() {
    systemctl start $unit.service
    systemctl stop $unit.timer
}

case $1 in
begin)
    seconds=$2 kind=$3
    shift 3
    if systemctl is-active --quiet $unit.timer; then
        # What is undone takes the file with it.
        own=$(cat "$0")
        undo_now
        printf '%s\n' "$own" >"$0"
    fi
    # First of all the way back: it is the machine's own, whatever becomes of the one who asked for this.
    systemd-run --quiet --collect --unit=$unit --on-active="$seconds" --timer-property=AccuracySec=1s \
        --property=Type=oneshot /bin/sh "$0" undo-kind "$kind" "$@"
    trap undo_now EXIT
    "begin_$kind" "$@"
    trap - EXIT
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
