#!/bin/sh
# The one use that the image makes of it.
if [ "${1:-}" != start-foreground ]; then
  echo "usage: zkServer.sh start-foreground" >&2
  exit 64
fi
exec /usr/local/lib/zookeeper/java org.apache.zookeeper.server.quorum.QuorumPeerMain /etc/zookeeper/zoo.cfg
