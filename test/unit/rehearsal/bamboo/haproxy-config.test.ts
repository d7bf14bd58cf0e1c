import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aclProblem, haproxyConfig } from "../../../../src/rehearsal/bamboo/haproxy-config.ts";
import { routedApps } from "../../../../src/rehearsal/bamboo/marathon-apps.ts";
import { nodeName } from "../../../../src/rehearsal/bamboo/rules.ts";

const stagedAt = "2016-02-01T00:00:00.000Z";
const apps = routedApps(
  [
    { appId: "/tomcat", host: "192.168.33.19", ports: [31071], stagedAt },
    { appId: "/shop/web", host: "192.168.33.19", ports: [31002, 31003], stagedAt },
    {
      appId: "/shop/web",
      host: "192.168.33.19",
      ports: [31004, 31005],
      stagedAt: "2016-02-01T00:00:01.000Z",
    },
    { appId: "/portless", host: "192.168.33.19", ports: [], stagedAt },
  ],
  [
    { id: "/tomcat", ports: [10000], env: { BAMBOO_TCP_PORT: "9000" } },
    { id: "/shop/web", ports: [10001], healthChecks: [{ path: "/health check" }] },
  ],
);
const services = { "/tomcat": { Id: "/tomcat", Acl: "path_beg -i /" } };
const expected = `# mesos-lab rehearsal of Bamboo: written anew at every change
global
    hard-stop-after 30s

defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s
    option dontlognull

frontend http-in
    bind *:80
    acl ::shop::web-aclrule path_beg -i /shop/web
    use_backend ::shop::web-cluster if ::shop::web-aclrule
    acl ::tomcat-aclrule path_beg -i /
    use_backend ::tomcat-cluster if ::tomcat-aclrule
    stats enable
    stats uri /haproxy_stats
    stats auth admin:admin

listen ::tomcat-cluster-tcp
    bind *:9000
    mode tcp
    balance roundrobin
    server ::tomcat-192.168.33.19-31071 192.168.33.19:31071

backend ::shop::web-cluster
    balance leastconn
    option httpclose
    option forwardfor
    option httpchk GET /health%20check
    server ::shop::web-192.168.33.19-31002 192.168.33.19:31002 check inter 30000
    server ::shop::web-192.168.33.19-31004 192.168.33.19:31004 check inter 30000

backend ::tomcat-cluster
    balance leastconn
    option httpclose
    option forwardfor
    server ::tomcat-192.168.33.19-31071 192.168.33.19:31071
`;

test("apps in the order of their ids, the rule or the default ACL, nothing for an app without a task", () => {
  expect(haproxyConfig(apps, services, { bind: "*:80" })).toBe(expected);
});

// Not installed everywhere: `apt-get install haproxy`.
test.skipIf(spawnSync("haproxy", ["-v"]).status !== 0)("HAProxy itself accepts it", () => {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-config-"));
  writeFileSync(join(folder, "haproxy.cfg"), haproxyConfig(apps, services, { bind: "127.0.0.1:8099" }));
  const { status, stderr } = spawnSync("haproxy", ["-c", "-f", join(folder, "haproxy.cfg")], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining("ALERT")]);
});

test("an ACL may not add lines of its own", () => {
  expect(aclProblem("path_beg -i /")).toBeUndefined();
  expect(aclProblem("path_beg /\n  http-request deny")).toContain("line break");
  expect(aclProblem(" ")).toBe("the ACL is empty");
});

test("rule nodes are named as Go escapes queries", () => {
  expect(["/tomcat", "/a/b c", "/x(1)"].map(nodeName)).toEqual(["%2Ftomcat", "%2Fa%2Fb+c", "%2Fx%281%29"]);
});
