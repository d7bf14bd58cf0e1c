import { expect, test } from "vitest";
import { type Finding, lacking, ok } from "../../../src/lab/finding.ts";
import { choosePlace } from "../../../src/preflight/ansible-place.ts";
import { ansibleFindings } from "../../../src/preflight/programs.ts";
import { tutorialLab } from "../../helpers/labs.ts";

const usable: readonly Finding[] = [ok("ansible-playbook", "2.14.18"), ok("community.docker", "3.4.7")];
const unusable: readonly Finding[] = [
  ok("ansible-playbook", "2.14.18"),
  lacking("error", "community.docker", "Ansible has no collection community.docker", "install it", "ansible"),
];

test("this host, where its Ansible is usable, and nothing is said", () => {
  expect(choosePlace(tutorialLab, undefined, usable)).toEqual({ place: "host", findings: usable });
});

test("else inside, said with the reason; what the host lacks is a warning that can still be mended", () => {
  const choice = choosePlace(tutorialLab, undefined, unusable);
  expect(choice).toMatchObject({
    place: "guest",
    note: "Ansible has no collection community.docker: the playbooks run from inside master",
  });
  expect(choice.findings.map(({ level }) => level)).toEqual(["ok", "warn"]);
  expect(choice.findings[1]).toMatchObject({ need: "ansible", remedy: "install it" });
});

test("who insists on the host gets its errors, who insists on a machine none", () => {
  expect(choosePlace(tutorialLab, "host", unusable)).toEqual({ place: "host", findings: unusable });
  expect(choosePlace(tutorialLab, "guest", usable)).toEqual({
    place: "guest",
    findings: [],
    note: "the playbooks run from inside master",
  });
});

test("Windows is not asked for an Ansible", async () => {
  const found = await ansibleFindings(new AbortController().signal, "win32");
  expect(choosePlace(tutorialLab, undefined, found)).toMatchObject({
    place: "guest",
    note: "Ansible does not run on Windows: the playbooks run from inside master",
  });
});
