#!/bin/sh
exec /usr/local/lib/zookeeper/java org.apache.zookeeper.ZooKeeperMain "$@"
