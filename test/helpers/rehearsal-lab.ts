import type { MarathonOptions } from "../../src/rehearsal/marathon/options.ts";
import { readMarathonOptions } from "../../src/rehearsal/marathon/options.ts";
import { fixedMaster, startMarathon } from "../../src/rehearsal/marathon/start.ts";
import type { Running } from "../../src/rehearsal/running.ts";
import { createMemoryTree, type MemorySession } from "../../src/rehearsal/store/memory-store.ts";
import { eventually } from "./eventually.ts";
import { type FakeMaster, fakeMesosMaster } from "./fake-mesos-master.ts";

export const tutorialApp = {
  cpus: 0.5,
  mem: 200,
  disk: 0,
  instances: 1,
  id: "tomcat",
  container: {
    docker: {
      image: "tomcat",
      network: "BRIDGE",
      portMappings: [{ containerPort: 8080, hostPort: 0, servicePort: 0, protocol: "tcp" }],
    },
  },
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests say what they expect of a body by asserting it.
  // biome-ignore lint/suspicious/noExplicitAny: bodies of any shape are looked into
  readonly json: any;
}

export interface MarathonLab {
  readonly master: FakeMaster;
  readonly marathon: Running;
  readonly tree: () => MemorySession;
  start(flags?: readonly string[]): Promise<Running>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The app's running tasks, once there are as many. */
  runningTasks(id: string, count: number): Promise<{ id: string; ports: number[]; host: string }[]>;
  close(): Promise<void>;
}

/** A Marathon on loopback with a fake Mesos below and a tree in memory. */
export async function marathonLab(flags: readonly string[] = []): Promise<MarathonLab> {
  const master = await fakeMesosMaster();
  const tree = createMemoryTree();
  const open: Running[] = [];
  const start = async (more: readonly string[] = []) => {
    const store = tree();
    const marathon = await startMarathon({
      options: options(master.address, [...flags, ...more]),
      store,
      folder: "/marathon",
      followMaster: fixedMaster(master.address),
      log: () => {},
    });
    const running = {
      url: marathon.url,
      close: async () => {
        await marathon.close();
        await store.close();
      },
    };
    open.push(running);
    return running;
  };
  const marathon = await start();
  const call: MarathonLab["call"] = (method, path, body, headers = {}) =>
    request(method, marathon.url + path, body, headers);
  await eventually(async () => {
    const { json } = await call("GET", "/v2/info");
    if (json.frameworkId === null) throw new Error("not registered yet");
  });
  return {
    master,
    marathon,
    tree,
    start,
    call,
    runningTasks: (id, count) =>
      eventually(async () => {
        const { json } = await call("GET", "/v2/tasks?status=running");
        const tasks = json.tasks.filter((task: { appId: string }) => task.appId === id);
        if (tasks.length !== count) throw new Error(`${tasks.length} tasks of ${id} run, not ${count}`);
        return tasks;
      }),
    close: async () => {
      for (const running of open) await running.close();
      await master.close();
    },
  };
}

export function options(master: string, flags: readonly string[]): MarathonOptions {
  const fixed = [
    "--master",
    master,
    "--hostname",
    "127.0.0.1",
    "--http_address",
    "127.0.0.1",
    "--http_port",
    "0",
  ];
  const quick = ["--event_subscriber", "http_callback", "--min_revive_offers_interval", "20"];
  return readMarathonOptions([...fixed, ...quick, ...flags], {});
}

export async function request(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /^[[{n]/.test(text);
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}
