import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { encodeRecord } from "../../src/rehearsal/http/recordio.ts";
import type { SchedulerCall, TaskInfo, TaskState } from "../../src/rehearsal/mesos/api.ts";

/** A Mesos master with one agent on loopback whose tasks are HTTP servers that answer with their task id. */
export interface FakeMaster {
  /** `host:port` */
  readonly address: string;
  readonly calls: readonly SchedulerCall[];
  /** The ids of the tasks that run. */
  running(): readonly string[];
  /** Ends a task as if it had died by itself. */
  end(taskId: string, state: TaskState): void;
  /** While held, tasks stay in TASK_STAGING. */
  hold(): void;
  release(): void;
  /** Cuts the framework's stream. */
  disconnect(): void;
  close(): Promise<void>;
}

interface RunningTask {
  readonly server: Server;
  readonly port: number | undefined;
}

export async function fakeMesosMaster(): Promise<FakeMaster> {
  const calls: SchedulerCall[] = [];
  const tasks = new Map<string, RunningTask>();
  const held: TaskInfo[] = [];
  let holding = false;
  let stream: ServerResponse | undefined;
  let counter = 0;
  let offered: string | undefined;
  const used = new Set<number>();

  const send = (event: unknown) => stream?.write(encodeRecord(event));
  const status = (taskId: string, state: TaskState, uuid = true) => {
    counter += 1;
    send({
      type: "UPDATE",
      update: {
        status: {
          task_id: { value: taskId },
          agent_id: { value: "agent-1" },
          state,
          message: `fake ${state}`,
          timestamp: Date.now() / 1000,
          ...(uuid ? { uuid: Buffer.from(String(counter)).toString("base64") } : {}),
        },
      },
    });
  };
  const offer = async () => {
    if (offered !== undefined || stream === undefined) return;
    counter += 1;
    const id = `offer-${counter}`;
    offered = id;
    // Only ports that nobody has and no earlier task had: a relaunched task is seen to move.
    const ports = (await Promise.all([freePort(), freePort()])).filter((port) => !used.has(port));
    const range = ports.map((port) => ({ begin: port, end: port }));
    send({
      type: "OFFERS",
      offers: {
        offers: [
          {
            id: { value: id },
            framework_id: { value: "framework-1" },
            agent_id: { value: "agent-1" },
            hostname: "127.0.0.1",
            resources: [
              { name: "cpus", type: "SCALAR", scalar: { value: 4 } },
              { name: "mem", type: "SCALAR", scalar: { value: 2048 } },
              { name: "disk", type: "SCALAR", scalar: { value: 4096 } },
              { name: "ports", type: "RANGES", ranges: { range } },
            ],
            attributes: [{ name: "rack", type: "TEXT", text: { value: "r1" } }],
            executor_ids: [],
          },
        ],
      },
    });
  };
  const start = async (info: TaskInfo) => {
    const id = info.task_id.value;
    const port = portOf(info);
    const server = createHttp((_request, response) => response.end(id));
    await new Promise<void>((resolve) => server.listen(port ?? 0, "127.0.0.1", resolve));
    tasks.set(id, { server, port });
    if (port !== undefined) used.add(port);
    status(id, "TASK_RUNNING");
  };
  const end = (id: string, state: TaskState) => {
    const task = tasks.get(id);
    tasks.delete(id);
    task?.server.closeAllConnections();
    task?.server.close();
    status(id, state);
  };
  const handle = (call: SchedulerCall) => {
    if (call.type === "ACCEPT") {
      offered = undefined;
      const infos = (call.accept.operations ?? []).flatMap((operation) => operation.launch?.task_infos ?? []);
      for (const info of infos) holding ? held.push(info) : void start(info);
      // The rest of the agent is offered again.
      void offer();
    } else if (call.type === "DECLINE") offered = undefined;
    else if (call.type === "REVIVE") void offer();
    else if (call.type === "KILL") {
      const id = call.kill.task_id.value;
      const waiting = held.findIndex((info) => info.task_id.value === id);
      if (waiting >= 0) held.splice(waiting, 1);
      end(id, tasks.has(id) || waiting >= 0 ? "TASK_KILLED" : "TASK_LOST");
    } else if (call.type === "RECONCILE")
      for (const { task_id } of call.reconcile.tasks ?? [])
        status(task_id.value, tasks.has(task_id.value) ? "TASK_RUNNING" : "TASK_LOST", false);
  };
  const subscribe = (response: ServerResponse) => {
    stream = response;
    offered = undefined;
    response.writeHead(200, { "mesos-stream-id": "stream-1", "content-type": "application/json" });
    send({
      type: "SUBSCRIBED",
      subscribed: { framework_id: { value: "framework-1" }, heartbeat_interval_seconds: 15 },
    });
    void offer();
  };
  const server = createHttp(async (request, response) => {
    const call = JSON.parse(await bodyOf(request)) as SchedulerCall;
    calls.push(call);
    if (call.type === "SUBSCRIBE") return subscribe(response);
    const known =
      request.headers["mesos-stream-id"] === "stream-1" && call.framework_id?.value === "framework-1";
    response.writeHead(known ? 202 : 400).end(known ? "" : "wrong stream or framework");
    if (known) handle(call);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    running: () => [...tasks.keys()],
    end,
    hold: () => {
      holding = true;
    },
    release: () => {
      holding = false;
      for (const info of held.splice(0)) void start(info);
    },
    disconnect: () => {
      stream?.destroy();
      stream = undefined;
    },
    close: async () => {
      for (const { server: task } of tasks.values()) {
        task.closeAllConnections();
        task.close();
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function portOf(info: TaskInfo): number | undefined {
  for (const resource of info.resources ?? [])
    if (resource.type === "RANGES") return resource.ranges.range[0]?.begin;
  return undefined;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
