import { expect, test } from "vitest";
import { closedPort } from "../../helpers/local-servers.ts";
import { writtenLab } from "../../helpers/written-lab.ts";

test("flags of drill: each way in is asked two to a thousand times a second", async () => {
  const run = writtenLab({ marathon: await closedPort() }, ["bamboo", "mesos-dns"]);
  const [few, many, asSeldom, alone, unknown] = await Promise.all([
    run("drill", "kill-task", "--rate", "1"),
    run("drill", "kill-task", "--compare", "--rate", "1001"),
    run("drill", "kill-task", "--compare", "--rate", "2"),
    run("drill", "--compare"),
    run("demo", "--compare"),
  ]);
  expect(few).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--rate 1: must be a whole number from 2 to 1000"),
  });
  expect(many).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--rate 1001: must be a whole number from 2 to 1000"),
  });
  expect(asSeldom).toMatchObject({ code: 5, stderr: expect.stringContaining("connection refused") });
  expect(alone).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("drill needs to know which drill"),
  });
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
