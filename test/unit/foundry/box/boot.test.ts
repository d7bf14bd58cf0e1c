import { expect, test } from "vitest";
import { masterBootRecord } from "../../../../src/foundry/box/boot.ts";

test("the boot sector has GRUB's code, one active partition from 1 MiB to the end, and the mark", () => {
  const code = new Uint8Array(512).fill(7);
  const sector = masterBootRecord(code, 20_480);
  const view = new DataView(sector.buffer);
  expect(sector.length).toBe(512);
  expect([sector[0], sector[439], sector[440]]).toEqual([7, 7, 0]);
  expect([sector[446], sector[450]]).toEqual([0x80, 0x83]);
  expect(view.getUint32(454, true)).toBe(2048);
  expect(view.getUint32(458, true)).toBe(20_480 - 2048);
  expect([...sector.subarray(462, 510)].every((byte) => byte === 0)).toBe(true);
  expect([sector[510], sector[511]]).toEqual([0x55, 0xaa]);
});
