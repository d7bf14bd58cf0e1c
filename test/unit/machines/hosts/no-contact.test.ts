import { expect, test } from "vitest";
import { LabError } from "../../../../src/errors.ts";
import type { Machine } from "../../../../src/lab/model.ts";
import { contactLost } from "../../../../src/machines/hosts/no-contact.ts";
import { hostsLab } from "../../../helpers/described-labs.ts";

const lab = hostsLab(`
machines:
  - { name: m1, ip: 10.0.5.11, services: [zookeeper, mesos-master, marathon, bamboo, mesos-slave] }
`);
const [m1] = lab.machines as [Machine];

test("of a host on which the look does not end, the next command is one that can be pasted", () => {
  const error = new LabError("program-failed", "ssh did not end within 300 s", {
    remedy: ["ssh m1 -- 'sh -c '\\''#!/bin/sh\n# a program'\\'''"],
  });
  expect(contactLost(lab, m1, error)).toEqual({
    level: "error",
    subject: "m1",
    seen: "m1 was not looked at: ssh did not end within 300 s",
    remedy: `see whether it is very busy; by hand: npx mesos-lab render, then ssh -F generated/${lab.name}/hosts/ssh_config m1`,
  });
});

test("where there is no ssh, its own remedy is told", () => {
  const error = new LabError("program-missing", "ssh is not installed or not on the PATH", {
    remedy: ["sudo apt-get install openssh-client"],
  });
  expect(contactLost(lab, m1, error).remedy).toBe("sudo apt-get install openssh-client");
});
