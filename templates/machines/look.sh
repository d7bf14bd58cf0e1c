# shellcheck shell=sh
# What the playbooks look at on a machine, so that two looks can be compared. Changes nothing. Needs the function `found`.
# Arguments: paths that may have wildcards, systemd's units, and what `found` takes; each a list of words.
export LC_ALL=C

# Of a file not what is in it: none can be changed so that its time of change stays.
# shellcheck disable=SC2086
machine() {
    cat /proc/sys/kernel/random/boot_id
    uname -n
    grep MemTotal /proc/meminfo
    grep ' cgroup' /proc/mounts
    ip -o -4 address show | awk '{ print $2, $4 }'
    stat --dereference --format '%n %F %d %i %f %u %g %s %.Y %.Z' -- $1 2>&1
    systemctl show --property=Id,LoadState,ActiveState,UnitFileState -- $2 2>&1
}

# The last line tells that nothing before it is missing.
machine "$1" "$2" && found "$3" "$4" "$5" && echo 'end of the look'
