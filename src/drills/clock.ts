/** One clock for a drill: every sampler and every watcher reads it. */
export interface DrillClock {
  /** Wall clock of its zero, ISO 8601; the only wall-clock time that is ever taken. */
  readonly startedAt: string;
  /** Milliseconds since its zero, on a clock that never steps. */
  now(): number;
}

export function startClock(): DrillClock {
  const zero = performance.now();
  return { startedAt: new Date().toISOString(), now: () => performance.now() - zero };
}
