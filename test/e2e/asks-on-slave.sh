#!/bin/sh
# Asks Mesos-DNS as every program does, through the C library, of which no answer but its own can come; then HAProxy
# about the bridge's configuration.
resolv=$(mktemp)
ask() {
  answer=$(unshare --mount sh -c "mount --bind $resolv /etc/resolv.conf && getent ahostsv4 $1" | awk 'NR == 1 { print $1 }')
  echo "$1 $2: ${answer:-none}"
}
echo 'nameserver 192.168.33.18' >"$resolv"
ask tomcat.marathon.mesos udp
ask leader.mesos udp
ask nobody.marathon.mesos udp
echo 'options use-vc' >>"$resolv"
ask tomcat.marathon.mesos tcp
rm "$resolv"
haproxy -c -q -f /etc/haproxy/haproxy.cfg
echo "haproxy -c: $?"
