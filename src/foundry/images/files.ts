/** Texts that the rehearsal images carry. */

/** As mesoscloud's image does it: MYID (default 1), SERVERS "a,b,c" → server.N in list order. */
export const zkEntrypoint = `#!/bin/sh
set -eu
data=/tmp/zookeeper
mkdir -p "$data" /etc/zookeeper
echo "\${MYID:-1}" >"$data/myid"
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
  for server in \${SERVERS:-}; do
    n=$((n + 1))
    echo "server.$n=$server:2888:3888"
  done
} >/etc/zookeeper/zoo.cfg
exec "$@"
`;

const zkJava = `lib=/usr/share/java
exec java $JVMFLAGS -Djava.net.preferIPv4Stack=true \\
  -cp "/etc/zookeeper:$lib/zookeeper.jar:$lib/slf4j-log4j12.jar:$lib/log4j-1.2.jar" \\
 `;

export const zkLogging = `log4j.rootLogger=INFO, CONSOLE
log4j.appender.CONSOLE=org.apache.log4j.ConsoleAppender
log4j.appender.CONSOLE.layout=org.apache.log4j.PatternLayout
log4j.appender.CONSOLE.layout.ConversionPattern=%d{ISO8601} [myid:%X{myid}] - %-5p [%t:%C{1}@%L] - %m%n
`;

/** The one use that the image makes of it: `zkServer.sh start-foreground`. */
export const zkServer = `#!/bin/sh
case "\${1:-}" in
  start-foreground) ;;
  *) echo "usage: zkServer.sh start-foreground" >&2; exit 64 ;;
esac
${zkJava} org.apache.zookeeper.server.quorum.QuorumPeerMain /etc/zookeeper/zoo.cfg
`;

export const zkCli = `#!/bin/sh
${zkJava} org.apache.zookeeper.ZooKeeperMain "$@"
`;

/** Debian's Tomcat without a service manager; `JAVA_OPTS` and `CATALINA_OPTS` are honoured. */
export const tomcatEntrypoint = `#!/bin/sh
set -eu
export JAVA_HOME="\${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f /usr/bin/java)")")}"
export CATALINA_HOME=/usr/share/tomcat10 CATALINA_BASE=/var/lib/tomcat10 CATALINA_TMPDIR=/tmp
mkdir -p /var/log/tomcat10 /var/cache/tomcat10
# Looking through every jar for tag libraries takes most of the start, half a minute on an emulated processor.
grep -q '^# mesos-lab' /etc/tomcat10/catalina.properties || cat >>/etc/tomcat10/catalina.properties <<'END'
# mesos-lab
tomcat.util.scan.StandardJarScanFilter.jarsToSkip=*.jar
END
# A drill asks for the page fifty times a second, also while Tomcat is still warming up: no log line for each, and a
# short queue, so that what comes too early is refused and not served seconds after nobody waits for it any more.
sed -i '/AccessLogValve/,/[/]>/d' /etc/tomcat10/server.xml
sed -i 's/<Connector port="8080"/<Connector maxThreads="16" acceptCount="16" port="8080"/' /etc/tomcat10/server.xml
exec "$CATALINA_HOME/bin/catalina.sh" run
`;

/** What `CONFIG_PATH=config/production.example.json` names; the environment overrides every value of it. */
export const bambooConfig = `${JSON.stringify(
  {
    Marathon: { Endpoint: "http://localhost:8080" },
    Bamboo: {
      Endpoint: "http://localhost:8000",
      Zookeeper: { Host: "localhost:2181", Path: "/bamboo", ReportingDelay: 5 },
    },
    HAProxy: {
      TemplatePath: "config/haproxy_template.cfg",
      OutputPath: "/etc/haproxy/haproxy.cfg",
      ReloadCommand:
        "haproxy -f /etc/haproxy/haproxy.cfg -p /var/run/haproxy.pid -D -sf $(cat /var/run/haproxy.pid)",
    },
    StatsD: { Enabled: false, Host: "localhost:8125", Prefix: "bamboo-server.production." },
  },
  undefined,
  2,
)}\n`;
