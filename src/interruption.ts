/** Aborted by the first signal that asks this program to end. */
export const interruption = new AbortController();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // `on`, not `once`: a second Ctrl-C must not kill the clean-up that the first one began.
  process.on(signal, () => {
    if (interruption.signal.aborted) process.stderr.write("still cleaning up, please wait\n");
    interruption.abort();
  });
}
