/** Where the only partition starts: the 1 MiB that every partitioning program leaves free, in 512-byte sectors. */
export const partitionStart = 2048;
export const sectorSize = 512;

/**
 * The first sector of a disk with one partition: GRUB's start code and a partition table.
 * GRUB's code finds the rest of itself in sector 1, which is where `grub-mkimage` expects to be put.
 */
export function masterBootRecord(bootCode: Uint8Array, diskSectors: number): Uint8Array {
  const sector = new Uint8Array(sectorSize);
  sector.set(bootCode.subarray(0, 440));
  const view = new DataView(sector.buffer);
  const entry = 446;
  view.setUint8(entry, 0x80);
  // No cylinders and heads: the addresses below count.
  sector.set([0xfe, 0xff, 0xff], entry + 1);
  view.setUint8(entry + 4, 0x83);
  sector.set([0xfe, 0xff, 0xff], entry + 5);
  view.setUint32(entry + 8, partitionStart, true);
  view.setUint32(entry + 12, diskSectors - partitionStart, true);
  view.setUint16(510, 0xaa55, true);
  return sector;
}
