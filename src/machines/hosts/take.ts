import { hostname, userInfo } from "node:os";
import * as z from "zod";
import type { HostsLab } from "../../lab/model.ts";
import { template } from "../../render/files.ts";
import { readIfThere, readTemplates } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { archiveOf } from "../docker-ssh/archive.ts";
import { broughtTo } from "../docker-ssh/brings.ts";
import type { RunOn } from "../docker-ssh/fleet.ts";
import { imagesIn } from "./cargo.ts";
import type { OnHost } from "./every-host.ts";
import type { HostFiles } from "./files.ts";
import { keyText, pinnedKeys } from "./host-keys.ts";
import { runProgram } from "./program.ts";

/** Notes on a host that it is this lab's, and what the lab brings to it, before anything is brought. */
export function taking(
  { lab, folder, files }: { lab: HostsLab; folder: LabFolder; files: HostFiles },
  on: RunOn,
  mark: string,
  signal: AbortSignal,
): OnHost {
  const remover = template(readTemplates(), "hosts/remove.py");
  const by = `${userInfo().username}@${hostname()}:${folder.path}`;
  // The hosts are taken all at once, and the archive is the same for all.
  const loaded = archiveOf({ lab, folder }).then((archive) =>
    archive === undefined ? [] : imagesIn(archive, signal),
  );
  loaded.catch(() => undefined);
  const pinned = pinnedKeys(readIfThere(files.knownHosts) ?? "");
  return async (machine) => {
    const brought = broughtTo(lab, machine);
    const images = [...new Set([...brought.images, ...(await loaded)])];
    const wanted = { lab: lab.name, id: mark, by, remover, ...brought, images };
    const { before } = z
      .object({ before: z.boolean() })
      .parse(await runProgram(on, machine, "take", [JSON.stringify(wanted)], signal));
    if (before) return "nothing to change";
    const keys = (pinned.get(machine.name) ?? []).map(keyText).join(", ");
    return `taken, host key pinned: ${keys}`;
  };
}
