import { expect, test } from "vitest";
import { parseProgress, parseStatus } from "../../../src/tools/vagrant.ts";
import { tutorialLab } from "../../helpers/labs.ts";

test("the states of a machine-readable status, whatever else it says", () => {
  const output = [
    "1700000000,master,metadata,provider,libvirt",
    "1700000000,master,provider-name,libvirt",
    "1700000000,master,state,running\r",
    "1700000000,master,state-human-short,running",
    "1700000000,slave,state,not_created",
    "1700000000,,ui,info,Current machine states:\\n\\nmaster  running (libvirt)",
    "[fog][WARNING] Unrecognized arguments",
    "",
  ].join("\n");
  expect([...parseStatus(output)]).toEqual([
    ["master", "running"],
    ["slave", "not_created"],
  ]);
});

test.each([
  ["==> master: Importing base box 'x'...", { machine: "master", text: "Importing base box 'x'..." }],
  ["    slave: SSH address: 127.0.0.1:2222", { machine: "slave", text: "SSH address: 127.0.0.1:2222" }],
  ["==> master: ", undefined],
  ["==> vagrant: A new version of Vagrant is available", undefined],
  ["==> mistress: hello", undefined],
  ["Bringing machine 'master' up with 'virtualbox' provider...", undefined],
  ["master: not indented", undefined],
  ["==> master: Running action triggers after up ...", undefined],
  ["    master:      -> io.systemd.credential:mesos-lab.name=master", undefined],
  ["==> master: Running trigger...", undefined],
  ["    master:  -- Memory:            896M", undefined],
  ["", undefined],
])("progress %j", (line, news) => {
  expect(parseProgress(tutorialLab, line)).toEqual(news);
});
