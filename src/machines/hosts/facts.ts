import * as z from "zod";

const mebibytes = z.nullable(z.number());
const free = z.object({ mebibytes: z.number(), device: z.number() });

/** What a lab has noted on a host; the rest of it is for the programs that wrote it. */
const note = z.object({
  lab: z.string(),
  id: z.string(),
  by: z.string(),
  made: z.string(),
  containers: z.array(z.string()),
});

/** What `hosts/look.py` tells of a host. */
const hostFacts = z.object({
  sudo: z.enum(["yes", "asks", "missing"]),
  user: z.nullable(z.string()),
  /** Copies of a machine may share it; and containers that share a kernel share the next one. */
  machine_id: z.nullable(z.string()),
  boot_id: z.nullable(z.string()),
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  system: z.nullish(z.string()),
  systemd: z.boolean(),
  /** Whether it has apt, by which packages could be installed. */
  apt: z.boolean(),
  /** Whether its Python has the library by which Ansible talks to Docker. */
  requests: z.boolean(),
  /** As `uname -m` tells it. */
  architecture: z.string(),
  memory: z.object({ total: mebibytes, available: mebibytes }),
  free: z.object({ "/var/tmp": free, "/var/lib/docker": free }),
  docker: z.nullable(
    z.object({
      path: z.string(),
      version: z.nullish(z.string()),
      podman: z.optional(z.boolean()),
      /** Why it does not answer. */
      fault: z.optional(z.string()),
    }),
  ),
  images: z.array(z.string()),
  volumes: z.array(z.string()),
  containers: z.record(z.string(), z.object({ image: z.string(), state: z.string() })),
  paths: z.array(z.string()),
  /** The programs of those that were asked for. */
  programs: z.array(z.string()),
  /** False where it cannot be read. */
  note: z.union([z.null(), z.literal(false), note]),
  /** What of the other hosts says nothing to this one. */
  unreached: z.array(z.object({ name: z.string(), address: z.string(), port: z.number() })),
  machine: z.nullable(
    z.object({
      hostname: z.string(),
      hostname_resolves: z.boolean(),
      addresses: z.array(z.string()),
      taken: z.array(z.string()),
    }),
  ),
});

export type HostFacts = z.infer<typeof hostFacts>;

/** Reads what the program told; undefined where it is something else. */
export function readFacts(text: string): HostFacts | "no python" | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof data === "object" && data !== null && "python" in data) return "no python";
  const read = hostFacts.safeParse(data);
  return read.success ? read.data : undefined;
}
