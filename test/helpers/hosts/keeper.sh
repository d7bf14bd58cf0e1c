#!/bin/sh
# Holds the network of a test's hosts, and clears everything away when its input ends, however the test run ends.
# Arguments: the hosts' folder; their control group; this host's address in the network, with the prefix's length.
# Prints the number of the first process in the network's namespaces when it is ready.
set -eu
folder=$1 groups=$2 address=$3

clear_away() {
    kill -KILL "$unshare" || true
    wait || true
    # The kernel takes a moment to end what was inside.
    for _ in $(seq 100); do
        find "$groups" -depth -type d -exec rmdir {} + 2>/dev/null && break
        sleep 0.1
    done
    rm -rf --one-file-system "$folder"
}

# Background programs of a shell do not get its input by themselves.
exec 3<&0
mkdir "$groups"
# Whatever runs in these namespaces, and whatever it mounted, ends with their first process, which ends with the input.
# shellcheck disable=SC2016
unshare --net --mount --propagation private --pid --fork --kill-child --mount-proc tini -- sh -euc '
    ip link set lo up
    ip link add hosts type bridge
    ip address add "$2" dev hosts
    ip link set hosts up
    touch "$1/ready"
    exec cat
' network "$folder" "$address" <&3 >&2 &
unshare=$!
trap clear_away EXIT

until [ -e "$folder/ready" ]; do
    kill -0 "$unshare"
    sleep 0.05
done
cat "/proc/$unshare/task/$unshare/children"
echo

cat >/dev/null
