import { expect, test } from "vitest";
import {
  boxCatalogue,
  boxMetadata,
  boxVersion,
  installedVersions,
  staleVolumes,
} from "../../../../src/foundry/box/vagrant.ts";

test("the version follows the content, in a form that Vagrant takes", () => {
  expect(boxVersion("344104f488c06db1")).toBe("0.57453860653248.0");
  expect(boxVersion("000000000000ffff")).toBe("0.0.0");
  expect(boxVersion("344104f488c16db1")).not.toBe(boxVersion("344104f488c06db1"));
});

test("metadata and catalogue", () => {
  expect(JSON.parse(boxMetadata())).toEqual({ provider: "libvirt", format: "qcow2", virtual_size: 10 });
  expect(JSON.parse(boxCatalogue("0.5.0", "/cache/a.box"))).toEqual({
    name: "mesos-lab/rehearsal",
    versions: [{ version: "0.5.0", providers: [{ name: "libvirt", url: "file:///cache/a.box" }] }],
  });
});

test("only older disks of this box are stale", () => {
  const ours = "mesos-lab-VAGRANTSLASH-rehearsal_vagrant_box_image_";
  const names = [
    `${ours}0.5.0_box.img`,
    `${ours}0.55.0_box.img`,
    "lab_master.img",
    "other_vagrant_box_image_0_box.img",
  ];
  expect(staleVolumes(names, "0.5.0")).toEqual([`${ours}0.55.0_box.img`]);
});

test("installed versions of this box, among others", () => {
  const output = `1,,ui,info,mesos-lab/rehearsal
1,,box-name,debian/bookworm64
1,,box-provider,libvirt
1,,box-version,12.1
1,,box-name,mesos-lab/rehearsal
1,,box-provider,libvirt
1,,box-version,0.5.0
`;
  expect(installedVersions(output)).toEqual(["0.5.0"]);
});
