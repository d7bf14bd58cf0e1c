import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

/** A network that nothing leaves, in which the addresses of the tutorial's machines are this host's. */
export interface LabNetwork {
  /** The words before a program that make it run inside the network. */
  readonly enter: readonly string[];
  close(): Promise<void>;
}

const asRoot = process.getuid?.() === 0;
const unshare = ["unshare", ...(asRoot ? [] : ["--user", "--map-root-user"]), "--net"];

// Preflight takes interfaces called vboxnet for a hypervisor's own, as on a host that runs the lab.
const addresses = `set -e
ip link set lo up
ip link add vboxnet0 type bridge
ip link set vboxnet0 up
ip addr add 192.168.33.18/32 dev vboxnet0
ip addr add 192.168.33.19/32 dev vboxnet0
`;

/** Why a network of one's own cannot be made here, or undefined when it can. */
export const noNetwork: string | undefined = (() => {
  try {
    execFileSync(unshare[0] as string, [...unshare.slice(1), "sh", "-c", addresses], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `no network namespace can be made here: ${(error as Error).message.trim().split("\n").at(-1)}`;
  }
})();

/** With every service of the lab and SSH greetings on the real addresses and ports. */
export function openHealthyNetwork(): Promise<LabNetwork> {
  const services = new URL("./lab-services.ts", import.meta.url).pathname;
  return open(`TSX_DISABLE_CACHE=1 exec "${process.execPath}" --import tsx "${services}"`);
}

/** Where nothing listens; `extra` are commands that prepare it. */
export function openEmptyNetwork(extra = ""): Promise<LabNetwork> {
  return open(`${extra}\necho ready\nexec cat`);
}

async function open(script: string): Promise<LabNetwork> {
  const [file = "", ...args] = [...unshare, "sh", "-c", `${addresses}${script}`];
  const holder = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(holder, "exit");
  await Promise.race([
    once(holder.stdout, "data"),
    ended.then(([code]) => {
      throw new Error(`the network's first process ended with exit code ${code}`);
    }),
  ]);
  const namespaces = asRoot ? ["--net"] : ["--user", "--preserve-credentials", "--net"];
  return {
    enter: ["nsenter", "--target", String(holder.pid), ...namespaces, "--"],
    close: async () => {
      // Its first process ends with its stdin, and with that the namespace.
      holder.stdin.end();
      await ended;
    },
  };
}
