import { BlockList, isIPv4 } from "node:net";
import semver from "semver";
import { type Finding, lacking, ok } from "../../lab/finding.ts";
import type { Lab } from "../../lab/model.ts";
import { outputOf } from "../../preflight/programs.ts";
import { readIfThere } from "../../tools/files.ts";
import { isInstalled } from "../../tools/host.ts";
import { refusals } from "./refusal.ts";

const networksFile = "/etc/vbox/networks.conf";
const subject = "VirtualBox";

/** Whether VirtualBox can run the lab. */
export async function virtualboxFindings(lab: Lab, signal: AbortSignal): Promise<readonly Finding[]> {
  const [output, unsupported] = await Promise.all([
    outputOf({ file: "VBoxManage", args: ["--version"] }, signal),
    isInstalled("VBoxManage") ? refusals("virtualbox", signal) : [],
  ]);
  if (output === undefined)
    return [
      lacking(
        "error",
        subject,
        "VirtualBox is not installed",
        "install it from virtualbox.org, or choose another --provider",
        "virtualbox",
      ),
    ];
  // Without its kernel module VBoxManage prints a warning in front of its version, and no machine starts.
  if (/vboxdrv kernel module is not loaded|WARNING:/i.test(output))
    return [
      lacking(
        "error",
        subject,
        "VirtualBox's kernel module is not loaded",
        "`sudo modprobe vboxdrv` (after a kernel update: `sudo /sbin/vboxconfig`), or choose another --provider",
      ),
    ];
  if (unsupported.length > 0) return unsupported;
  const version = semver.coerce(output);
  const works = ok(subject, `${version ?? output.trim()}`);
  // Linux, macOS and Solaris only: on Windows any range is allowed.
  if (version === null || semver.lt(version, "6.1.28") || process.platform === "win32") return [works];
  const [refused] = refusedRanges(
    readIfThere(networksFile),
    lab.machines.map(({ ip }) => ip),
  );
  if (refused === undefined) return [works, ok("VirtualBox's ranges", "the lab's addresses are allowed")];
  return [
    works,
    lacking(
      "error",
      "VirtualBox's ranges",
      `VirtualBox ${version} refuses host-only addresses such as ${refused}`,
      `allow them: echo '* ${refused.replace(/\d+$/, "0")}/24' | sudo tee -a ${networksFile}`,
    ),
  ];
}

/** The addresses that VirtualBox's `networks.conf` (undefined: not there) does not allow. */
export function refusedRanges(conf: string | undefined, ips: readonly string[]): readonly string[] {
  const allowed = new BlockList();
  const lines = (conf ?? "").split("\n").filter((text) => text.startsWith("*"));
  const ranges = lines.flatMap((text) => text.slice(1).trim().split(/\s+/)).filter((range) => range !== "");
  for (const range of ranges.length === 0 ? ["192.168.56.0/21"] : ranges) {
    const [net, prefix] = range.split("/");
    // What VirtualBox cannot read either allows nothing.
    if (net !== undefined && isIPv4(net) && /^(?:3[0-2]|[12]?\d)$/.test(prefix ?? ""))
      allowed.addSubnet(net, Number(prefix));
  }
  return ips.filter((ip) => !allowed.check(ip));
}
