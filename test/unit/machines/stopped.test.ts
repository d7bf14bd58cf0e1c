import { expect, test } from "vitest";
import { stoppedIn } from "../../../src/machines/docker-ssh/stopped.ts";

test.each<[string, { stdout: string; stderr: string }, string[]]>([
  ["all run", { stdout: "/zk running\n/mm running\n", stderr: "" }, []],
  ["one is being restarted", { stdout: "/zk restarting\n/mm running\n", stderr: "" }, []],
  ["one has ended", { stdout: "/zk exited\n/mm running\n", stderr: "" }, ["zk is exited"]],
  [
    "one is not there, as Docker 20.10 and 29 say it",
    { stdout: "/mm running\n", stderr: "Error: No such container: zk\n" },
    ["zk is not there"],
  ],
  [
    "none is there",
    {
      stdout: "\n",
      stderr: "Error response from daemon: No such container: zk\nError: No such container: mm\n",
    },
    ["zk is not there", "mm is not there"],
  ],
  ["the engine does not answer", { stdout: "", stderr: "Cannot connect to the Docker daemon at unix" }, []],
  ["the machine does not", { stdout: "", stderr: "ssh: connect to host 192.168.33.18 port 22" }, []],
])("%s", (_, said, expected) => {
  expect(stoppedIn(["zk", "mm"], said).map((each) => each.join(" "))).toEqual(expected);
});
