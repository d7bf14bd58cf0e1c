import { describe, expect, it } from "vitest";
import { type Finding, lacking, ok, problemsOf } from "../../../src/lab/finding.ts";
import { diskFinding } from "../../../src/preflight/disk.ts";
import { architectureFinding, nodeFinding } from "../../../src/preflight/platform.ts";
import { hostReport, worstLevel } from "../../../src/preflight/report.ts";
import { tutorialLab } from "../../helpers/described-labs.ts";

const lab = tutorialLab();

describe("the disk", () => {
  it("needs room for every machine that is not there yet", () => {
    // Two of 2048 MiB each.
    expect(diskFinding(lab.machines, 14).level).toBe("ok");
    expect(diskFinding(lab.machines, 13.9).level).toBe("warn");
    expect(diskFinding(lab.machines, 1.9).level).toBe("error");
    expect(diskFinding([], 2).level).toBe("ok");
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
