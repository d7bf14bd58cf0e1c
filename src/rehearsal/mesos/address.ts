import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { hostname as hostnameOf } from "node:os";
import { LabError } from "../../errors.ts";

export interface Address {
  readonly ip: string;
  readonly bindIp: string;
  readonly hostname: string;
}

/**
 * Where a Mesos process listens and what it says of itself: MESOS_IP or LIBPROCESS_IP binds and advertises that
 * address; without them it binds all and advertises what the host's name resolves to.
 * @throws LabError `usage` for a wrong address, `preflight` when the host's name cannot be resolved.
 */
export async function advertisedAddress(
  flags: {
    readonly ip: string | undefined;
    readonly advertise_ip?: string | undefined;
    readonly hostname: string | undefined;
  },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Address> {
  const wanted = flags.ip ?? env.LIBPROCESS_IP;
  const advertised =
    flags.advertise_ip ?? env.LIBPROCESS_ADVERTISE_IP ?? (wanted === "0.0.0.0" ? undefined : wanted);
  for (const ip of [wanted, advertised]) {
    if (ip !== undefined && !isIPv4(ip))
      throw new LabError("stand-in-misused", `not an IPv4 address: ${JSON.stringify(ip)}`);
  }
  const ip = advertised ?? (await resolveOwn());
  return { ip, bindIp: wanted ?? "0.0.0.0", hostname: flags.hostname ?? hostnameOf() };
}

async function resolveOwn(): Promise<string> {
  const name = hostnameOf();
  try {
    return (await lookup(name, 4)).address;
  } catch (cause) {
    throw new LabError("stand-in-host", `Failed to obtain the IP address for '${name}'`, {
      remedy: ["set MESOS_IP, or give the host's name an address in /etc/hosts"],
      cause,
    });
  }
}
