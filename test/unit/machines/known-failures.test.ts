import { expect, test } from "vitest";
import { explain } from "../../../src/machines/docker-ssh/known-failures.ts";

test.each<[string, RegExp | undefined]>([
  ["listen tcp 0.0.0.0:8080: bind: address already in use", /something else listens/],
  ["Bind for 0.0.0.0:80 failed: port is already allocated", /something else listens/],
  ["Failed to update apt cache: W:Failed to fetch http://mirror", /package mirror/],
  ["Temporary failure resolving 'mirror'", /package mirror/],
  [
    "Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed",
    /rehearsal/,
  ],
  ["manifest unknown: manifest unknown", /cannot be pulled/],
  ["Could not find or access '/x/images.tar' on the Ansible Controller", /images build/],
  ["write /var/lib/docker: no space left on device", /disk is full/],
  ["Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)", /hardware virtualisation/],
  ["Timed out while waiting for the machine to boot.", /create goes on/],
  ["Failed to connect to the host via ssh: Permission denied (publickey).", /SSH/],
  ["AnsibleUndefinedVariable: 'x' is undefined", undefined],
  ["", undefined],
])("%j", (text, remedy) => {
  const found = explain(text);
  expect(found).toHaveLength(remedy === undefined ? 0 : 1);
  if (remedy !== undefined) expect(found[0]).toMatch(remedy);
});

test("several causes get several remedies", () => {
  expect(explain("No route to host\nno space left on device")).toHaveLength(2);
});
