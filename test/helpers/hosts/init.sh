#!/bin/sh
# Process 1 of a test host: lays its file system out and becomes systemd.
# Arguments: the host's folder; its name; the tree below its own files; its control group.
set -eu
folder=$1 name=$2 tree=$3 groups=$4
root=$folder/root disk=$folder/disk

# A control group namespace begins at the group that its maker is in.
if [ -z "${in_group:-}" ]; then
    echo 0 >"$groups/cgroup.procs"
    in_group=yes exec unshare --cgroup sh "$0" "$@"
fi

hostname "$name"
mkdir -p "$root" "$disk/own" "$disk/work" "$disk/docker"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$disk/own,workdir=$disk/work" "$root"
# Docker's own overlays cannot lie on an overlay.
mount --bind "$disk/docker" "$root/var/lib/docker"

if [ ! -e "$root/etc/ssh/ssh_host_ed25519_key" ]; then
    echo "$name" >"$root/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$name" >"$root/etc/hosts"
    tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
    ssh-keygen -q -t ed25519 -N "" -C "root@$name" -f "$root/etc/ssh/ssh_host_ed25519_key"
    for home in "$root"/home/*; do
        install -o 1000 -g 1000 -m 0600 "$folder/../key.pub" "$home/.ssh/authorized_keys"
    done
fi

# Bit 24 is CAP_SYS_RESOURCE.
bounds=0x$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
if [ $((bounds >> 24 & 1)) = 0 ]; then
    install -m 0755 "$(dirname "$0")/runc.sh" "$root/usr/local/sbin/runc"
fi

# Of the kernel's settings only those of the network are the host's own; the others, and devices, are everybody's.
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount --rbind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
if [ -e "$root/proc/sysrq-trigger" ]; then mount --bind /dev/null "$root/proc/sysrq-trigger"; fi
# By this number everybody tells one boot from the next, and the kernel's does not change here.
cat /proc/sys/kernel/random/uuid >"$folder/boot-id"
mount --bind "$folder/boot-id" "$root/proc/sys/kernel/random/boot_id"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"

mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
touch "$root/dev/console"
mount --bind "$folder/console" "$root/dev/console"

cd "$root"
pivot_root . mnt
exec chroot . sh -euc 'umount -l /mnt; exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd'
