#!/bin/sh
# Takes one file in from stdin, whole or not at all, and gives it a time: receive-file.sh PATH SIZE TIME
set -eu
path=$1 size=$2 time=$3
cat >"$path.half"
# A connection that breaks looks like the end of the file.
[ "$(stat --format=%s "$path.half")" = "$size" ]
touch --date="@$time" "$path.half"
mv "$path.half" "$path"
