import { describe, expect, test } from "vitest";
import { LabError } from "../../../src/errors.ts";
import { dnsNames } from "../../../src/lab/catalogue/mesos-dns.ts";
import { tomcatApp } from "../../../src/lab/demo.ts";
import { discoveryNotes, discoveryOf } from "../../../src/lab/discovery.ts";
import { discoveryNames } from "../../../src/lab/model.ts";
import { type LabFlags, parseLab } from "../../../src/lab/parse.ts";
import { asLabFile } from "../../helpers/described-labs.ts";

const parse = (text: string, flags: LabFlags = {}) => parseLab({ text, file: "mesos-lab.yaml" }, flags);
const places = (text: string, flags: LabFlags = {}) =>
  parse(text, flags).machines.map(({ services }) => services.slice(1).join(" "));

function complaints(text: string, flags: LabFlags = {}): readonly string[] {
  try {
    parse(text, flags);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return (error as LabError).details;
  }
  return [];
}

const three = (extra = "") => `machines:
  - {name: m, ip: 10.0.0.2, services: [zookeeper, mesos-master, marathon${extra}]}
  - {name: a, ip: 10.0.0.3, services: [mesos-slave]}
  - {name: b, ip: 10.0.0.4, services: [mesos-slave]}
`;

describe("where the methods run", () => {
  test("left out: those that the machines list, in the tutorial's lab bamboo", () => {
    expect(discoveryOf(parse(""))).toEqual(["bamboo"]);
    expect(discoveryOf(parse(three()))).toEqual([]);
    expect(discoveryOf(parse(three(", marathon-lb")))).toEqual(["marathon-lb"]);
  });

  test("a method that no machine lists gets its place", () => {
    const all = `discovery: [${discoveryNames.join(", ")}]\n`;
    expect(places(all)).toEqual([
      "mesos-master marathon bamboo mesos-dns marathon-lb",
      "haproxy-marathon-bridge",
    ]);
    expect(places(all + three())).toEqual([
      "mesos-master marathon bamboo mesos-dns marathon-lb",
      "haproxy-marathon-bridge",
      "haproxy-marathon-bridge",
    ]);
  });

  test("a method that is not wanted runs nowhere, one that is listed stays where it is", () => {
    expect(places("discovery: [mesos-dns]")).toEqual(["mesos-master marathon mesos-dns", ""]);
    const text = `discovery: [mesos-dns]\n${three(", bamboo").replace("[mesos-slave]}\n  -", "[mesos-slave, mesos-dns]}\n  -")}`;
    expect(places(text)).toEqual(["mesos-master marathon", "mesos-dns", ""]);
  });

  test("the flags replace the file's list", () => {
    const lab = parse("discovery: [mesos-dns]", { discovery: ["bamboo", "marathon-lb"] });
    expect(discoveryOf(lab)).toEqual(["bamboo", "marathon-lb"]);
  });

  test("what is written down is read back the same", () => {
    const lab = parse("", { discovery: [...discoveryNames] });
    expect(parse(asLabFile(lab))).toEqual(lab);
  });
});

describe("one owner a port", () => {
  test.each<[string, number, number]>([
    ["discovery: [bamboo, marathon-lb]", 8081, 1],
    ["discovery: [marathon-lb]", 80, 0],
    ["discovery: [bamboo, marathon-lb]\nports: {haproxy: 8088}", 80, 1],
    ["discovery: [bamboo, marathon-lb]\nports: {marathonLb: 8888}", 8888, 1],
  ])("%s", (text, port, notes) => {
    const lab = parse(text);
    expect(lab.ports.marathonLb).toBe(port);
    expect(discoveryNotes(lab)).toHaveLength(notes);
  });

  test.each<[string, string, string[]]>([
    [
      "port 80 for both",
      "discovery: [bamboo, marathon-lb]\nports: {marathonLb: 80}",
      [
        "mesos-lab.yaml:2:21: ports.marathonLb 80 must differ from the default ports.haproxy: both are on machine master",
      ],
    ],
    [
      "the page of marathon-lb",
      "discovery: [marathon-lb]\nports: {marathon: 9090}",
      [
        "mesos-lab.yaml:2:19: ports.marathon 9090 must differ from the port of the statistics of marathon-lb: both are on machine master",
      ],
    ],
    [
      "two that bind the service ports",
      "discovery: [marathon-lb, haproxy-marathon-bridge]\nmachines: [{name: one, ip: 10.0.0.2, services: [zookeeper, mesos-master, mesos-slave, marathon]}]\nports: {bridge: 9999}",
      [
        'mesos-lab.yaml:1:26: discovery[1] "haproxy-marathon-bridge" must not be on one machine with marathon-lb: both bind the applications\' service ports',
      ],
    ],
    [
      "an unknown method",
      "discovery: [mesosdns]",
      [
        'mesos-lab.yaml:1:13: discovery[0] "mesosdns" must be one of bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge; did you mean "mesos-dns"?',
      ],
    ],
    [
      "no method",
      "discovery: []",
      ["mesos-lab.yaml:1:12: discovery (a list) must be a list with at least one entry"],
    ],
  ])("%s is refused with the reason", (_, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  test("a wrong flag is told", () => {
    expect(complaints("", { discovery: ["bamboo", "consul"] })).toEqual([
      "--discovery consul: must be one of bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge",
    ]);
  });
});

test("the demo's app has labels only where marathon-lb looks for them", () => {
  expect(tomcatApp(parse(""))).not.toHaveProperty("labels");
  expect(tomcatApp(parse("discovery: [marathon-lb]"))).toHaveProperty("labels.HAPROXY_GROUP", "external");
});

test.each([
  ["/tomcat", "tomcat.marathon.mesos", "_tomcat._tcp.marathon.mesos"],
  ["/shop/front.end", "front-end-shop.marathon.mesos", "_front-end-shop._tcp.marathon.mesos"],
])("the names of %s", (id, address, service) => {
  expect(dnsNames(parse(""), id)).toEqual({ address, service });
});
