import { exitCodes, LabError } from "../../errors.ts";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";

/** What is done to one host; what it returns is added to the host's line. */
export type OnHost = (machine: Machine, say: (text: string) => void) => Promise<string | undefined>;

interface Everywhere {
  readonly step: string;
  readonly title: string;
  /** Said when it did not work everywhere. */
  readonly failed: string;
  /** Of those where it did not. */
  readonly remedy: (failed: readonly Machine[]) => readonly string[];
  readonly work: OnHost;
}

/** One line a host, all at once. What fails on one is no reason to leave the others: the failures are told at the end. */
export function onEveryHost(
  lab: HostsLab,
  progress: Progress,
  { step, title, failed, remedy, work }: Everywhere,
): Task {
  return {
    title,
    task: async (_, task) => {
      const failures: { readonly machine: Machine; readonly error: unknown }[] = [];
      const lines = lab.machines.map((machine) =>
        line(lineOf(progress, step, `${machine.name} ${machine.ip}`, machine.name), async (say) => {
          try {
            return await work(machine, say);
          } catch (error) {
            failures.push({ machine, error });
            throw error;
          }
        }),
      );
      await task.newListr(lines, { concurrent: true, exitOnError: false }).run();
      throwFirst(failures.map(({ error }) => error).filter((error) => !isToolFailure(error)));
      if (failures.length === 0) return;
      throw new LabError(
        "hosts-failed",
        `${failed} ${failures.map(({ machine }) => machine.name).join(", ")}`,
        {
          details: failures.map(({ machine, error }) => `${machine.name}: ${told(error as LabError)}`),
          remedy: remedy(failures.map(({ machine }) => machine)),
          cause: failures[0]?.error,
        },
      );
    },
  };
}

/** An interrupt, or a fault of this tool: nothing to be told of a host. */
function throwFirst([first]: readonly unknown[]): void {
  if (first !== undefined) throw first;
}

function isToolFailure(error: unknown): error is LabError {
  return error instanceof LabError && error.exitCode !== exitCodes.interrupted;
}

/** The program's last words say more than that it failed. */
function told({ message, details }: LabError): string {
  const said = details.filter((line) => !line.startsWith("log:")).at(-1);
  return said === undefined ? message : `${message}: ${said}`;
}
