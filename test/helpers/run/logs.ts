import { mkdirSync } from "node:fs";

/** Where the logs of runs on real machines are put, for people to look at: they outlive the run. */
export const logs = process.env.MESOS_LAB_CI_LOGS ?? "/tmp/mesos-lab-ci";
mkdirSync(logs, { recursive: true });
