#!/bin/sh
# As in the image it stands for: MYID (default 1), SERVERS "a,b,c" becomes server.N in the order of the list.
set -eu
data=/tmp/zookeeper
mkdir -p "$data" /etc/zookeeper
echo "${MYID:-1}" >"$data/myid"
{
  echo "tickTime=2000"
  echo "initLimit=10"
  echo "syncLimit=5"
  echo "dataDir=$data"
  echo "clientPort=2181"
  # The admin server would take port 8080, which is Marathon's.
  echo "admin.enableServer=false"
  echo "4lw.commands.whitelist=*"
  n=0
  IFS=,
  for server in ${SERVERS:-}; do
    n=$((n + 1))
    echo "server.$n=$server:2888:3888"
  done
} >/etc/zookeeper/zoo.cfg
exec "$@"
