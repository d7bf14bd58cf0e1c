#!/bin/sh
# Runs one test host, and boots it again whenever it reboots. Runs in the namespaces of the hosts' network.
# Arguments: the host's folder; its name; its address with the prefix's length; the tree below its own files; its
# control group; the processor that it seems to have, as setarch knows it.
# Ends with the host: with 0 when it was powered off.
set -eu
folder=$1 name=$2 address=$3 tree=$4 groups=$5 processor=$6
here=$(dirname "$0")
# What the kernel's reboot call ends a namespace's first process with: SIGHUP for a reboot, SIGINT for power off.
rebooted=129 powered_off=130

# The same at every boot, as the other machines remember it.
hardware=$(printf '52:54:00:00:00:%02x' "$(echo "${address%/*}" | cut -d . -f 4)")

while :; do
    # Every boot finds its network empty, as on real hardware. The old one may still be on its way out.
    umount "$folder/net" 2>/dev/null || true
    : >"$folder/net"
    unshare --net="$folder/net" true
    ip link delete dev "$name" 2>/dev/null || true
    ip link add name "$name" type veth peer name eth0 address "$hardware" netns "$folder/net"
    ip link set dev "$name" master hosts up
    # shellcheck disable=SC2016
    nsenter --net="$folder/net" sh -euc '
        ip link set lo up
        ip address add "$1" dev eth0
        ip link set eth0 up
    ' network "$address"

    mkdir -p "$groups"
    nsenter --net="$folder/net" setarch "$processor" \
        unshare --mount --propagation private --pid --uts --ipc --fork --kill-child \
        sh "$here/init.sh" "$folder" "$name" "$tree" "$groups" >>"$folder/console" 2>&1 &
    unshare=$!
    first=
    until [ -n "$first" ]; do
        kill -0 "$unshare"
        sleep 0.05
        first=$(cat "/proc/$unshare/task/$unshare/children")
    done
    echo "$first" >"$folder/pid"

    ended=0
    wait "$unshare" || ended=$?
    rm "$folder/pid"
    until find "$groups" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.05; done
    case $ended in
    "$rebooted") ;;
    "$powered_off") exit 0 ;;
    *) exit "$ended" ;;
    esac
done
