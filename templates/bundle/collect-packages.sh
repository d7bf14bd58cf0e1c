#!/bin/sh
# Run on a lab's machine: brings together the packages that its playbooks have installed since it was made, and prints
# for each its file's path, a tab, and its control file with tabs for the line ends.
# $1: a folder that is made for them; then the names of the packages that the playbooks ask for.
set -eu
folder=$1
shift
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

# Vagrant gives the machine its key when it has just been made: what dpkg has written since is not the box's.
made=${MADE_MARK:-/home/vagrant/.ssh/authorized_keys}
lists=${DPKG_INFO:-/var/lib/dpkg/info}
archives=${APT_ARCHIVES:-/var/cache/apt/archives}

# Not all that was installed since: upgrades run by themselves, and people install what they like.
apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances "$@" | sed -n 's/^\([a-z0-9][^ ]*\)$/\1/p' | sort -u >needed

find "$lists" -name '*.list' -newer "$made" -printf '%f\n' | sed 's/\.list$//' | sort >new

while read -r name; do
  grep -Fqx "${name%:*}" needed || grep -Fqx "$name" needed || continue
  entry=$(dpkg-query --show --showformat '${db:Status-Status} ${Package} ${Version} ${Architecture}' "$name")
  # shellcheck disable=SC2086 # Four words.
  set -- $entry
  [ "$1" = installed ] || continue
  file="$2_$(printf %s "$3" | sed 's/:/%3a/')_$4.deb"
  if [ -e "$archives/$file" ]; then
    cp "$archives/$file" .
  elif ! apt-get download --quiet=2 "$2:$4=$3" >&2; then
    echo "the package $2 $3 is installed, and can no longer be had" >&2
    exit 1
  fi
  printf '%s\t' "$folder/$file"
  dpkg-deb --field "$file" | tr '\n' '\t'
  echo
done <new
