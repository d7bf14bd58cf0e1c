import { workshopLab } from "../helpers/workshop/lab.ts";
import type { Workshop } from "../helpers/workshop/workshop.ts";
import { begun } from "./begun.ts";
import { labFile } from "./lab-file.ts";
import type { Place, Signal } from "./places.ts";

export function embeddedPlace(workshop: Workshop): Place {
  return {
    verbs: {
      create: [],
      verify: [["create"]],
      demo: [["create"]],
      drill: [["create"], ["demo"]],
      reset: [["create"]],
      halt: [["create"]],
      up: [["create"], ["halt"]],
      destroy: [["create"]],
    },
    signals: ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"],
    moments: [0.03, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.97],
    labsAreDear: false,
    lab: () => {
      const lab = workshopLab(workshop, labFile());
      return {
        ...lab,
        start: (...args) => {
          const { process: tool, ran } = lab.start(...args);
          const interrupt = (signal: Signal) => {
            // Ctrl-C and a terminal that closes mean the whole group.
            const group = signal === "SIGINT" || signal === "SIGHUP";
            if (tool.exitCode === null && tool.pid !== undefined)
              process.kill(group ? -tool.pid : tool.pid, signal);
          };
          return { interrupt, begun: begun(ran, () => tool.pid), ran };
        },
        running: () => lab.processes().map(({ what }) => what),
      };
    },
    left: async () => workshop.left(),
    close: async () => undefined,
  };
}
