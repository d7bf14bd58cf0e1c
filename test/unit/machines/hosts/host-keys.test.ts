import { expect, test } from "vitest";
import { keyText, pinnedKeys, refusesKey, shownKey } from "../../../../src/machines/hosts/host-keys.ts";

// A key made for this test; the fingerprint is ssh-keygen's.
const blob = "AAAAC3NzaC1lZDI1NTE5AAAAIBdW+w8YoIkJk/JkOm3MWJG1wFwzShhvGx3cHoDmJlJT";
const fingerprint = "SHA256:UIUWFzMdQUoehYRENq+jkMwj+fm4I1YcdrmL/IDpBzo";
const knownHosts = `# pinned\nm1,m2 ssh-ed25519 ${blob}\n\nbroken\nm1 ecdsa-sha2-nistp256 ${blob}\n`;

test("keys are read by each name, with the fingerprints that ssh shows", () => {
  const keys = pinnedKeys(knownHosts);
  expect([...keys.keys()]).toEqual(["m1", "m2"]);
  expect(keys.get("m2")?.map(keyText)).toEqual([`ED25519 ${fingerprint}`]);
  expect(keys.get("m1")?.map(({ kind }) => kind)).toEqual(["ED25519", "NISTP256"]);
  expect(pinnedKeys("").size).toBe(0);
});

test("the key that is shown is the last host's on the way", () => {
  const told =
    "debug1: Server host key: ssh-ed25519 SHA256:first\r\ndebug1: Server host key: ecdsa-sha2-nistp256 SHA256:second\r\n";
  expect(shownKey(told)).toEqual({ kind: "NISTP256", fingerprint: "SHA256:second" });
  expect(shownKey("ssh: connect to host m1 port 22: Connection refused")).toBeUndefined();
});

test.each([
  ["Host key verification failed.", true],
  ["No ED25519 host key is known for m1 and you have requested strict checking.", true],
  ["admin@10.0.0.1: Permission denied (publickey).", false],
])("%s", (told, refused) => {
  expect(refusesKey(told)).toBe(refused);
});
