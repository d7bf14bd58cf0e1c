import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Lab, Machine, PortName, ServiceName } from "../../../src/lab/model.ts";
import { type WorkshopLab, workshopLab } from "../../helpers/workshop/lab.ts";
import { labFile } from "../lab-file.ts";
import type { Stress } from "../stress.ts";
import { type Random, randomOf } from "./random.ts";
import { message, request } from "./requests.ts";

/** At a time. */
const clients = 32;
/** What gets no answer so soon is not waited for: most of what is sent is no whole request. */
const answerMs = 150;
/** A service may grow by so much; ten times its usual size would be a leak. */
const growthMb = 128;

interface Door {
  readonly what: string;
  readonly host: string;
  readonly port: number;
  readonly send: (door: Door, random: Random) => Promise<string>;
}

/** Malformed requests to every service of a lab with every method: all go on as before, with the memory of before. */
export const fuzzServices: Stress = async ({ workshop, count, seed, part, say }) => {
  const discovery = "discovery: [bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge]";
  const lab = workshopLab(workshop, labFile(discovery));
  const failures: string[] = [];
  const outcomes = new Map<string, number>();
  await lab.run("create");
  await lab.run("demo");
  const doors = doorsOf(lab);
  const before = services(lab);
  let next = part.number - 1;
  const client = async () => {
    while (next < count) {
      const i = next;
      next += part.of;
      const random = randomOf(seed * 1_000_003 + i);
      const door = random.one(doors);
      const outcome = await door.send(door, random);
      const name = `${door.what}: ${outcome}`;
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      // An answer that says that the service itself is at fault, or none where one was open before.
      if (/^(500|refused)$/.test(outcome) && outcomes.get(name) === 1)
        failures.push(`case ${i} of seed ${seed}: ${name}`);
      if (i % 10_000 < part.of) say(`${i} of ${count}: ${memoryInWords(lab)}`);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  for (const [outcome, times] of [...outcomes].sort()) say(`${times} times ${outcome}`);
  const after = services(lab);
  for (const [id, { pid, megabytes }] of before) {
    const now = after.get(id);
    if (now?.pid !== pid) failures.push(`${id} has died: process ${pid} before, ${now?.pid ?? "none"} now`);
    else if (now.megabytes > megabytes + growthMb)
      failures.push(`${id} has grown from ${megabytes} to ${now.megabytes} MB`);
  }
  for (const words of [["verify"], ["demo"], ["dig", "leader.mesos"], ["destroy"]])
    await lab.run(...words).catch((error: Error) => failures.push(`afterwards: ${error.message}`));
  rmSync(lab.folder, { recursive: true });
  return failures;
};

function memoryInWords(lab: WorkshopLab): string {
  return [...services(lab)].map(([id, { megabytes }]) => `${id} ${megabytes} MB`).join(", ");
}

/** The processes of the lab's services, by their ids. */
function services(lab: WorkshopLab): Map<string, { readonly pid: number; readonly megabytes: number }> {
  const text = readFileSync(join(lab.folder, "generated/mesos-lab/embedded/state.json"), "utf8");
  const state = JSON.parse(text) as {
    launcher: { pid: number };
    services: Record<string, { process?: { pid: number } }>;
  };
  const all = [
    ["launcher", state.launcher] as const,
    ...Object.entries(state.services).map(([id, { process: of }]) => [id, of] as const),
  ];
  return new Map(
    all.flatMap(([id, of]) =>
      of === undefined ? [] : [[id, { pid: of.pid, megabytes: megabytesOf(of.pid) }]],
    ),
  );
}

function megabytesOf(pid: number): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
  } catch {
    return Number.NaN;
  }
}

/** Every port of the lab's services that speaks HTTP or DNS. */
function doorsOf({ folder }: WorkshopLab): Door[] {
  const record = readFileSync(join(folder, "generated/mesos-lab/lab.json"), "utf8");
  const { lab } = JSON.parse(record) as { lab: Lab };
  const door = (machine: Machine, what: PortName, send: Door["send"]): Door => ({
    ...{ what, host: machine.ip, port: { ...lab.ports, ...machine.ports }[what], send },
  });
  const web: readonly (readonly [ServiceName, PortName])[] = [
    ["mesos-master", "mesosMaster"],
    ["mesos-slave", "mesosSlave"],
    ["marathon", "marathon"],
    ["bamboo", "bamboo"],
    ["bamboo", "haproxy"],
    ["mesos-dns", "mesosDns"],
    ["marathon-lb", "marathonLb"],
    ["marathon-lb", "marathonLbAdmin"],
    ["marathon-lb", "marathonLbApps"],
    ["haproxy-marathon-bridge", "bridge"],
  ];
  return lab.machines.flatMap((machine) => [
    ...web
      .filter(([service]) => machine.services.includes(service))
      .map(([, port]) => door(machine, port, overHttp)),
    ...(machine.services.includes("mesos-dns")
      ? [door(machine, "dns", overUdp), door(machine, "dns", overTcp)]
      : []),
  ]);
}

function overHttp(door: Door, random: Random): Promise<string> {
  return overStream(door, request(door.what, `${door.host}:${door.port}`, random), random.chance(0.5));
}

function overTcp(door: Door, random: Random): Promise<string> {
  const body = message(random);
  const frame = Buffer.alloc(2);
  frame.writeUInt16BE(random.chance(0.7) ? body.length : random.below(65_536));
  return overStream(door, Buffer.concat([frame, body]), random.chance(0.5));
}

/** Sends the bytes, and waits for the first of the answer; returns its status, where it has one. */
async function overStream({ host, port }: Door, bytes: Buffer, closes: boolean): Promise<string> {
  const socket = connect({ host, port });
  let outcome = "silent";
  const timer = setTimeout(() => socket.destroy(), answerMs * 10);
  socket.on("connect", () => {
    if (closes) socket.end(bytes);
    else socket.write(bytes);
    setTimeout(() => socket.destroy(), answerMs);
  });
  socket.on("data", (data) => {
    outcome = /^HTTP\/1\.\d (\d{3})/.exec(data.toString("latin1"))?.[1] ?? "answered";
    socket.destroy();
  });
  socket.on("end", () => {
    if (outcome === "silent") outcome = "closed";
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    outcome = error.code === "ECONNREFUSED" ? "refused" : outcome === "silent" ? "cut" : outcome;
  });
  await new Promise((resolve) => socket.on("close", resolve));
  clearTimeout(timer);
  return outcome;
}

async function overUdp({ host, port }: Door, random: Random): Promise<string> {
  const socket = createSocket("udp4");
  try {
    const answered = Promise.race([
      once(socket, "message").then(() => "answered"),
      new Promise<string>((resolve) => setTimeout(() => resolve("silent"), answerMs)),
    ]);
    await new Promise<void>((resolve, reject) =>
      socket.send(message(random), port, host, (error) => (error ? reject(error) : resolve())),
    );
    return await answered;
  } finally {
    socket.close();
  }
}
