import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { masterInStore, startMarathon } from "../../../src/rehearsal/marathon/start.ts";
import { startMesosMaster } from "../../../src/rehearsal/mesos-master/master.ts";
import type { Running } from "../../../src/rehearsal/running.ts";
import { openZooKeeperStore } from "../../../src/rehearsal/store/zookeeper-store.ts";
import { linesOf, pythonProgram, withoutModule } from "../../helpers/clients/debian-python.ts";
import { until } from "../../helpers/eventually.ts";
import { options } from "../../helpers/rehearsal-lab.ts";
import { freePort, noZooKeeper, ZooKeeperServer } from "../../helpers/zookeeper-server.ts";

/** Clients that others wrote for ZooKeeper look for the leading master there, as frameworks and balancers of 2015 do. */

const noKazoo = withoutModule("kazoo");
const zkCli = "/usr/share/zookeeper/bin/zkCli.sh";

describe.skipIf(noZooKeeper !== undefined)(
  `masters and Marathon in a real ZooKeeper${noZooKeeper ? ` (${noZooKeeper})` : ""}`,
  () => {
    let server: ZooKeeperServer;
    const masters: Running[] = [];
    const cleanups: (() => Promise<void>)[] = [];
    // Longer than a busy host keeps this process, or a server that starts, from its turn.
    const openStore = () => openZooKeeperStore(server.address, { sessionTimeoutMs: 300_000, log: () => {} });

    beforeAll(async () => {
      server = await ZooKeeperServer.start();
      for (const hostname of ["first", "second"]) {
        const running = await startMesosMaster({
          ...{ ip: "127.0.0.1", port: await freePort(), hostname },
          election: { openStore, path: "/mesos", quorum: 1 },
          onFatal: (error) => {
            throw error;
          },
        });
        masters.push(running);
        await until(`${hostname} knows who leads`, async () => {
          const answer = await fetch(`${running.url}/state.json`);
          return ((await answer.json()) as { leader?: string }).leader;
        });
      }
      const store = await openStore();
      const marathon = await startMarathon({
        ...{ options: options("unused", []), store, folder: "/marathon", log: () => {} },
        followMaster: masterInStore(store, "/mesos"),
      });
      cleanups.push(async () => {
        await marathon.close();
        await store.close();
      });
    });
    afterAll(async () => {
      for (const cleanup of cleanups) await cleanup();
      for (const master of masters) await master.close();
      await server?.close();
    });

    test.skipIf(!existsSync(zkCli))(
      `zkCli.sh reads who leads${existsSync(zkCli) ? "" : ` (skipped: no ${zkCli})`}`,
      async () => {
        // News of its connection stands anywhere, even between a bracket and the name in it.
        const news = /\n*WATCHER::\s*WatchedEvent [^\n]*\n/g;
        const ask = async (...words: string[]) =>
          (await promisify(execFile)(zkCli, ["-server", server.address, ...words])).stdout.replace(news, "");
        const listed = await ask("ls", "/mesos");
        const [first = ""] = [...listed.matchAll(/json\.info_\d{10}/g)].map(String).sort();
        const told = await ask("get", `/mesos/${first}`);
        expect(told).toContain('"hostname":"first"');
        expect(await ask("stat", `/mesos/${first}`)).toMatch(/ephemeralOwner = 0x[0-9a-f]{6,}/);
        expect(await ask("ls", "/marathon/leader")).toMatch(/\[member_\d{10}\]/);
      },
    );

    test.skipIf(noKazoo !== "")(`kazoo finds the leading master, and the next one${noKazoo}`, async () => {
      const [file, ...words] = pythonProgram("leader_in_zookeeper.py", server.address, "/mesos", "2");
      const child = spawn(file, words, { stdio: ["ignore", "pipe", "inherit"] });
      onTestFinished(() => {
        child.kill("SIGKILL");
      });
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      const portOf = (index: number) => Number(new URL(masters[index]?.url ?? "").port);
      const found = (index: number, hostname: string) => ({
        ...{ hostname, ephemeral: true, znode: expect.stringMatching(/^json\.info_\d{10}$/) },
        ...{ port: portOf(index), pid: `master@127.0.0.1:${portOf(index)}`, version: expect.any(String) },
        address: { hostname, ip: "127.0.0.1", port: portOf(index) },
        id: expect.stringMatching(/^\d{8}-\d{6}-\d+-\d+-\d+$/),
      });
      await until("kazoo tells who leads", () => said.includes("\n"));
      expect(linesOf(said)).toEqual([found(0, "first")]);
      await masters[0]?.close();
      await once(child, "close");
      expect(linesOf(said)).toEqual([found(0, "first"), found(1, "second")]);
    });
  },
);
