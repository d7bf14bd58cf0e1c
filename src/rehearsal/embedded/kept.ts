import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { programFile } from "../own-files.ts";
import {
  folderMark,
  machineMark,
  type Plan,
  type PlannedProgram,
  type PlannedService,
  programMark,
} from "./plan.ts";
import type { FileStore } from "./store-file.ts";
import type { InstancesChanged, ToStore } from "./store-messages.ts";
import { StoreServer } from "./store-server.ts";

/** What the launcher keeps running. */
export interface Kept {
  readonly id: string;
  readonly log: string;
  /** Starts it with what it prints going to an open file; `onReady` is called once it serves. */
  start(log: number | "ignore", onReady: () => void): ChildProcess;
  /** Makes a process that runs take in the plan's other instances; absent where it has to be started anew for that. */
  readonly change?: (child: ChildProcess) => void;
}

/** A small young generation: these processes live long and allocate little. */
const nodeFlags = ["--max-semi-space-size=1"];
/** Between two looks whether ZooKeeper serves, and how long an answer is waited for. */
const lookMs = 20;
const answerLimitMs = 500;

/** The stand-ins of one process, which share the launcher's store over the channel to it. */
export function keptService(service: PlannedService, plan: Plan, planFile: string, store: FileStore): Kept {
  const entry = programFile("embedded/service");
  return {
    ...service,
    start: (log, onReady) => {
      const args = [...process.execArgv, ...nodeFlags, entry, planFile, service.id];
      const child = spawn(process.execPath, args, {
        stdio: ["ignore", log, log, "ipc"],
        env: { ...process.env, [folderMark]: plan.folder },
      });
      const session = new StoreServer(
        () => store.openSession(),
        (message) => {
          if (child.connected) child.send(message, () => {});
        },
      );
      child.on("message", (message: ToStore | { type: "ready" }) => {
        if (message.type === "ready") onReady();
        else session.receive(message);
      });
      child.once("exit", () => session.end());
      return child;
    },
    change: (child) => {
      const changed: InstancesChanged = { type: "instances" };
      if (child.connected) child.send(changed, () => {});
    },
  };
}

/** A ZooKeeper, which is ready once it answers who it is: its port is open before that. */
export function keptProgram(program: PlannedProgram, plan: Plan): Kept {
  return {
    ...program,
    start: (log, onReady) => {
      const marks = {
        [folderMark]: plan.folder,
        [machineMark]: program.machine,
        [programMark]: program.id,
      };
      const child = spawn(program.file, program.args, {
        cwd: program.cwd,
        stdio: ["ignore", log, log],
        env: { ...process.env, ...marks },
      });
      const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
      const look = async () => {
        while (isRunning() && !(await serves(program))) await sleep(lookMs);
        if (isRunning()) onReady();
      };
      void look();
      return child;
    },
  };
}

function serves({ address }: PlannedProgram): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(address, () => socket.write("srvr"));
    socket.setTimeout(answerLimitMs, () => socket.destroy());
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(answer.includes("\nMode: ")));
  });
}
