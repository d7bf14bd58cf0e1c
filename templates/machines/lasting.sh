#!/bin/sh
# Breaks something of this machine until it is undone. Run as root from a file, which goes with the break.
#   lasting.sh begin SECONDS KIND ARGUMENT...   breaks it; after so many seconds the machine undoes it by itself
#   lasting.sh undo                             undoes it now
# Kinds: pause CONTAINER   the container stands still
#        cut ADDRESS...    no traffic with these addresses, but SSH's
#        full CONTAINER FOLDER   the container finds no room for what it writes below the folder
#        slow ADDRESS...   packets to these addresses are late, and some are lost, but SSH's
# What it cannot break it says in one sentence, and ends with 69.
set -eu
unit=mesos-lab-drill
chain=MESOS-LAB-DRILL
# The handle by which queues of a drill are known.
queue=6d6c

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

# The container goes on reading what is there. What it writes goes to a layer that has no room: nobody else sees it, and
# nothing of the machine's own disk is taken.
begin_full() {
    # shellcheck disable=SC2016
    in_mounts "$1" sh -euc '
        mkdir -p /mnt
        mount -t tmpfs -o size=64k,nr_inodes=32 "$2" /mnt
        mkdir /mnt/upper /mnt/work
        mount -t overlay -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" "$2" "$1"
        file=0
        while touch "/mnt/$file" 2>/dev/null; do file=$((file + 1)); done
        umount -l /mnt
    ' full "$2" $unit
}

# A container that was started anew meanwhile, or is gone, has none of it.
undo_full() {
    ours=$(awk -v unit=$unit '$1 == unit { print $2 }' "/proc/$(first_process "$1" 2>/dev/null)/mounts" 2>/dev/null) || return 0
    for place in $ours; do in_mounts "$1" umount -l "$place"; done
}

first_process() {
    docker container inspect --format '{{.State.Pid}}' "$1"
}

in_mounts() {
    process=$(first_process "$1")
    shift
    nsenter --target "$process" --mount --pid -- "$@"
}

# Only what goes to these addresses is queued here; all else, and SSH, passes by.
begin_slow() {
    # In a network of its own: nobody's packets pass there.
    unshare --net tc qdisc add dev lo root netem delay 1ms 2>/dev/null ||
        cannot "the kernel $(uname -r) has no netem (the module sch_netem), by which packets are delayed and lost"
    for address; do
        device=$(ip -o route get "$address" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
        kind=$(tc qdisc show dev "$device" root | cut -d ' ' -f 2,3)
        case $kind in
        "htb $queue:") ;;
        *" 0:") slow_device "$device" ;;
        *) cannot "$device has queues of its owner's (tc qdisc show dev $device)" ;;
        esac
        tc filter add dev "$device" parent $queue: protocol ip prio 2 u32 match ip dst "$address/32" flowid $queue:1
    done
}

slow_device() {
    tc qdisc add dev "$1" root handle $queue: htb
    tc class add dev "$1" parent $queue: classid $queue:1 htb rate 10gbit
    tc qdisc add dev "$1" parent $queue:1 netem delay 200ms 50ms loss 5%
    for port in sport dport; do
        tc filter add dev "$1" parent $queue: protocol ip prio 1 \
            u32 match ip protocol 6 0xff match ip $port 22 0xffff flowid $queue:
    done
}

undo_slow() {
    tc qdisc show 2>/dev/null | sed -n "s/^qdisc htb $queue: dev \\([^ ]*\\) root .*/\\1/p" |
        while read -r device; do tc qdisc del dev "$device" root; done
}

cannot() {
    echo "$1" >&2
    exit 69
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
