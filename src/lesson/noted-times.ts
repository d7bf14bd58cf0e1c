/**
 * Seconds between two times that different commands have noted, at least 0. No clock but the wall's goes on from one command to
 * the next: who sets it in between makes them wrong.
 */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.round((momentOf(to) - momentOf(from)) / 1000));
}

function momentOf(time: string): number {
  return new Date(time).getTime();
}
