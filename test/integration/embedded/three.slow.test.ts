import { afterAll, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";

/** Three masters and three slaves by two flags. */

const lab = embeddedLab();
afterAll(() => lab.remove());

test("three of everything: one leads, a majority decides, the others hand on", async () => {
  const { exitCode, stdout, stderr } = await lab.run("create", "--masters", "3", "--slaves", "3");
  expect(exitCode, stdout + stderr).toBe(0);
  expect(lab.lab().machines.map(({ name }) => name)).toEqual([
    ...["master", "slave", "master2", "master3", "slave2", "slave3"],
  ]);
  const verified = await lab.run("verify", "--json");
  const claims = verified.stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text))
    .filter(({ event }) => event === "claim");
  const seen = new Map(claims.map(({ id, seen: text }) => [id.replace(/@.*/, ""), text]));
  expect(claims.filter(({ holds }) => !holds)).toEqual([]);
  expect(seen.get("mesos-quorum")).toBe("quorum 2");
  expect(seen.get("marathon-leader-proxy")).toMatch(/^leader (\S+); \1 answers for itself$/);
  // Without a ZooKeeper on this host its place is taken by a store, which has no quorum.
  if (claims.some(({ id }) => id.startsWith("zookeeper-serves")))
    expect(seen.get("zookeeper-quorum")).toBe("1 leader, 3 of 3 serve");
  expect(claims.filter(({ id }) => id.startsWith("bamboo-subscribed"))).toHaveLength(3);

  // What one Bamboo is told all of them serve.
  expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
  expect(await lab.run("verify")).toMatchObject({ exitCode: 0 });
});
