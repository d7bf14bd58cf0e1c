import { readFileSync } from "node:fs";

/** One `docker run` command, taken apart. */
export interface DockerRun {
  name: string;
  image: string;
  network: string;
  pid: string;
  privileged: boolean;
  ports: string[];
  volumes: string[];
  env: Record<string, string>;
  args: string[];
}

/** The tutorial's commands, and nothing else, lie in this fixture. */
export function tutorialCommands(): DockerRun[] {
  const text = readFileSync(new URL("../fixtures/tutorial-commands.sh", import.meta.url), "utf8");
  return text
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((command) => command.trim() !== "")
    .map(parseDockerRun);
}

/** @throws on a flag that it does not know, so that none can be overlooked. */
export function parseDockerRun(command: string): DockerRun {
  const words = shellWords(command);
  const run: DockerRun = {
    name: "",
    image: "",
    network: "",
    pid: "",
    privileged: false,
    ports: [],
    volumes: [],
    env: {},
    args: [],
  };
  if (words.shift() !== "docker" || words.shift() !== "run") throw new Error(`not a docker run: ${command}`);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith("-")) {
      run.image = word;
      run.args = words.splice(0);
      continue;
    }
    const [flag = "", ...rest] = word.split("=");
    const value = () => (rest.length > 0 ? rest.join("=") : (words.shift() ?? ""));
    if (flag === "-d") continue;
    else if (flag === "--name") run.name = value();
    else if (flag === "--net") run.network = value();
    else if (flag === "--pid") run.pid = value();
    else if (flag === "--privileged") run.privileged = value() === "true";
    else if (flag === "-p") run.ports.push(value());
    else if (flag === "-v") run.volumes.push(value());
    else if (flag === "-e") {
      const [key = "", ...text] = value().split("=");
      run.env[key] = text.join("=");
    } else throw new Error(`unknown flag ${flag} in: ${command}`);
  }
  return run;
}

function shellWords(command: string): string[] {
  const words = command.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(/["']/g, ""));
}
