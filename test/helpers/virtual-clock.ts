import type { Clock } from "../../src/probes/wait.ts";

/** A clock whose time passes only by sleeping: the earliest sleeper wakes as soon as all others wait. */
export function virtualClock(): Clock {
  let time = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  const tick = () => {
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    if (next === undefined) return;
    time = next.at;
    next.wake();
  };
  return {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { at: time + ms, wake: resolve };
        sleepers.push(sleeper);
        const leave = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        };
        if (signal.aborted) leave();
        signal.addEventListener("abort", leave, { once: true });
        setImmediate(tick);
      }),
  };
}
