import { describe, expect, it } from "vitest";
import { addressFindings } from "../../../src/preflight/addresses.ts";
import { diskFinding } from "../../../src/preflight/disk.ts";
import { type Finding, lacking, ok, problemsOf } from "../../../src/preflight/finding.ts";
import { memoryFinding } from "../../../src/preflight/memory.ts";
import { architectureFinding, nodeFinding } from "../../../src/preflight/platform.ts";
import { hostReport, worstLevel } from "../../../src/preflight/report.ts";
import { refusedRanges } from "../../../src/preflight/virtualbox.ts";
import { tutorialLab } from "../../helpers/described-labs.ts";

const lab = tutorialLab();

function interfaces(name: string, address: string) {
  return {
    [name]: [
      { family: "IPv4" as const, address, netmask: "", mac: "", internal: false, cidr: null },
      {
        family: "IPv6" as const,
        address: "::1",
        netmask: "",
        mac: "",
        internal: true,
        cidr: null,
        scopeid: 0,
      },
    ],
  };
}

describe("addresses", () => {
  it.each([
    ["eth0", "192.168.33.5", "error"],
    ["eth0", "192.168.34.5", "ok"],
    ["virbr1", "192.168.33.1", "ok"],
    ["vboxnet0", "192.168.33.1", "ok"],
  ])("%s with %s: %s", (name, address, level) => {
    expect(addressFindings(lab, interfaces(name, address)).map((each) => each.level)).toEqual([level]);
  });
});

describe("memory and disk", () => {
  it("count every machine", () => {
    expect(memoryFinding(lab, 4352).level).toBe("ok");
    expect(memoryFinding(lab, 4351).level).toBe("error");
    expect(diskFinding(lab, 10).level).toBe("ok");
    expect(diskFinding(lab, 9.9).level).toBe("warn");
    expect(diskFinding(lab, 1.9).level).toBe("error");
  });
});

describe("platform", () => {
  it("takes arm64 for the rehearsal images only", () => {
    expect(architectureFinding(lab, "x64").level).toBe("ok");
    expect(architectureFinding(lab, "arm64")).toMatchObject({
      level: "error",
      remedy: "npx mesos-lab create --stack rehearsal",
    });
    expect(architectureFinding(tutorialLab("rehearsal"), "arm64").level).toBe("warn");
  });

  it("knows which Node.js is too old", () => {
    expect(["v20.19.0", "v24.1.0", "v20.18.3"].map((version) => nodeFinding(version).level)).toEqual([
      "ok",
      "ok",
      "warn",
    ]);
  });
});

describe("VirtualBox's networks.conf", () => {
  it.each([
    [undefined, ["192.168.33.18"]],
    ["* 192.168.33.0/24\n", []],
    ["# * 192.168.33.0/24\n", ["192.168.33.18"]],
    ["* 10.0.0.0/8 192.168.0.0/16\n* 2001::/64\n", []],
  ])("%j", (conf, refused) => {
    expect(refusedRanges(conf, ["192.168.33.18"])).toEqual(refused);
  });
});

describe("the report", () => {
  const findings: readonly Finding[] = [
    ok("Vagrant", "2.4.1"),
    lacking("warn", "KVM", "no guest starts under it", "switch it on"),
    lacking("error", "memory", "too little", "close programs"),
  ];

  it("has a line for each finding, the remedies, and how it stands", () => {
    expect(hostReport(findings, { width: 80, color: false })).toBe(
      [
        "✔ Vagrant  2.4.1",
        "! KVM      no guest starts under it",
        "           → switch it on",
        "✖ memory   too little",
        "           → close programs",
        "",
        "this host is not ready: 1 error, 1 warning",
      ].join("\n"),
    );
  });

  it("is as bad as its worst line, and only errors stop create", () => {
    expect([
      worstLevel(findings),
      worstLevel(findings.slice(0, 2)),
      worstLevel(findings.slice(0, 1)),
    ]).toEqual(["error", "warn", "ok"]);
    expect(problemsOf(findings)).toEqual([{ what: "too little", remedy: "close programs" }]);
  });
});
