import { expect, test } from "vitest";
import { closedPort } from "../../helpers/local-servers.ts";
import { writtenLab } from "../../helpers/written-lab.ts";

test("flags of drill: a comparison may ask each way in less often", async () => {
  const run = writtenLab({ marathon: await closedPort() }, ["bamboo", "mesos-dns"]);
  const [few, fewer, asOften, alone, unknown] = await Promise.all([
    run("drill", "kill-task", "--rate", "20"),
    run("drill", "kill-task", "--compare", "--rate", "9"),
    run("drill", "kill-task", "--compare", "--rate", "10"),
    run("drill", "--compare"),
    run("demo", "--compare"),
  ]);
  expect(few).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--rate 20: must be a whole number from 50"),
  });
  expect(fewer).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--rate 9: must be a whole number from 10"),
  });
  expect(asOften).toMatchObject({ code: 5, stderr: expect.stringContaining("connection refused") });
  expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("missing required args") });
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("Unknown option `--compare`") });
});

test("a lab with one method says at once how there could be more to compare", async () => {
  const marathon = await closedPort();
  const [one, two] = await Promise.all(
    [["bamboo"] as const, ["bamboo", "mesos-dns"] as const].map((discovery) =>
      writtenLab({ marathon }, discovery)("drill", "kill-task", "--compare"),
    ),
  );
  expect(one?.stderr).toContain(
    "This lab has no way of discovery but bamboo to compare. A lab with all: npx mesos-lab create --discovery bamboo --discovery mesos-dns",
  );
  expect(two?.stderr).not.toContain("to compare");
});

test("a lab without Bamboo: what needs it is refused before anything is asked or broken", async () => {
  const run = writtenLab({ marathon: await closedPort() }, ["mesos-dns", "marathon-lb"]);
  const [rule, broken] = await Promise.all([
    run("demo", "--acl", "path_beg -i /"),
    run("drill", "restart-bamboo"),
  ]);
  expect(rule).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("this lab has no Bamboo that a rule could be given to"),
  });
  expect(broken).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /this lab has no bamboo to restart\n {2}its ways of discovery: mesos-dns, marathon-lb\n {2}try: npx mesos-lab drill kill-task/,
    ),
  });
});
