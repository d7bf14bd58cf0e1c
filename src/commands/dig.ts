import { LabError } from "../errors.ts";
import { machinesWith, portsOf } from "../lab/model.ts";
import { labAddress } from "../probes/context.ts";
import { askDns, type DnsAnswer, type DnsRecord, type DnsType } from "../probes/dns.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";

const timeoutMs = 5_000;

/** `dig NAME [A|SRV]`: what the lab's Mesos-DNS says of a name; fails where it knows none of it. */
export async function dig(
  name: string,
  type: string | undefined,
  options: LabOptions,
  context: Context,
): Promise<void> {
  const { lab } = madeLab(options);
  const kind = dnsType(name, type);
  const [machine] = machinesWith(lab, "mesos-dns");
  if (machine === undefined)
    throw new LabError("service-not-in-lab", "this lab has no Mesos-DNS", {
      remedy: ["npx mesos-lab create --discovery bamboo --discovery mesos-dns"],
    });
  const server = labAddress(machine, portsOf(lab, machine).dns);
  const answer = await askDns(server, name, kind, { signal: context.signal, timeoutMs }).catch((error) => {
    if (!(error instanceof ProbeError)) throw error;
    throw new LabError("dns-silent", "Mesos-DNS does not answer", {
      details: [error.message],
      remedy: ["npx mesos-lab verify", "npx mesos-lab logs mesos-dns"],
    });
  });
  if (context.json) context.emit({ event: "result", name, type: kind, ...answer });
  else for (const record of [...answer.records, ...answer.additional]) context.print(recordLine(record));
  if (answer.records.length === 0) throw nothing(name, kind, answer);
}

/** A name that begins with an underscore is a service's. */
function dnsType(name: string, type: string | undefined): DnsType {
  const wanted = type?.toUpperCase() ?? (name.startsWith("_") ? "SRV" : "A");
  if (wanted === "A" || wanted === "SRV") return wanted;
  throw new LabError("wrong-command-line", `there is no record type "${type}" here`, {
    remedy: ["A (an address) or SRV (host and port)"],
  });
}

/** As dig prints it. */
function recordLine(record: DnsRecord): string {
  const data =
    record.type === "A"
      ? record.address
      : `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
  return `${record.name}. ${record.ttl} IN ${record.type} ${data}`;
}

function nothing(name: string, type: DnsType, { rcode }: DnsAnswer): LabError {
  const why: Record<string, string> = {
    NXDOMAIN: "does not exist",
    NOERROR: `has no ${type} record`,
    REFUSED: "is none of the lab's",
  };
  return new LabError(
    "dns-has-no-such-name",
    `the name ${name} ${why[rcode] ?? `could not be looked up: ${rcode}`}`,
    {
      remedy: ["npx mesos-lab dig leader.mesos", "npx mesos-lab dig _tomcat._tcp.marathon.mesos"],
    },
  );
}
