import { expect, test } from "vitest";
import { startCluster } from "../../helpers/cluster.ts";
import { until } from "../../helpers/eventually.ts";

test("a Marathon whose framework was torn down comes back as another, with its apps", async () => {
  const cluster = await startCluster();
  try {
    const app = { id: "/kept", cmd: "sleep 600", cpus: 0.1, mem: 16, instances: 1 };
    const [task] = await cluster.deploy(app);
    const framework = async () => (await cluster.call("GET", "/v2/info")).json.frameworkId as string;
    const before = await framework();
    const answer = await fetch(`${cluster.master.url}/teardown`, {
      method: "POST",
      body: `frameworkId=${before}`,
    });
    expect(answer.status).toBe(200);
    // It hears of it when it asks for something.
    await cluster.call("PUT", "/v2/apps/kept?force=true", { instances: 2 });
    const tasks = await cluster.tasks("/kept", 2);
    expect(tasks.map(({ id }) => id)).not.toContain(task?.id);
    expect(await until("it has another id", async () => (await framework()) !== before)).toBe(true);
  } finally {
    await cluster.close();
  }
});
