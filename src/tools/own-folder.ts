import { existsSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LabError } from "../errors.ts";

/** Folders below a lab's folder that this tool writes into and removes. */
const ownFolders = [
  ...["playbooks", "roles", "group_vars", "host_vars", "files", "tasks", "logs", "reports"],
  ...[".vagrant", "embedded", "bundle", "bundle.part"],
];

/**
 * The path of a lab's folder, for every command that reads, writes or removes anything in it.
 * The folder above it may be a link, to a bigger disk say; below it no link is ever followed.
 * @throws LabError `usage` for a name that is none, and where something leads out of the lab's folder.
 */
export function ownFolder(name: string, root: string): string {
  if (!/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name))
    throw new LabError("lab-name-wrong", `${JSON.stringify(name)} is no name of a lab`, {
      remedy: ["use lowercase letters, digits and '-', starting with a letter, at most 40 characters"],
    });
  const path = join(realRoot(root), name);
  for (const place of [path, ...ownFolders.flatMap((folder) => placesIn(join(path, folder)))])
    if (isLink(place)) throw leadsOut(place, path);
  return path;
}

function realRoot(root: string): string {
  const isThere = existsSync(root);
  const path = isThere ? realpathSync(root) : resolve(root);
  const place = isThere ? path : dirname(path);
  // Of a name in another encoding Node only tells a likeness, by which no program would find it.
  if (!place.includes("\ufffd") || existsSync(place)) return path;
  throw new LabError("file-refused", `${place}: a name in this path is no UTF-8`, {
    remedy: ["run mesos-lab in a folder whose path is UTF-8"],
  });
}

/** A folder and what is right in it: deeper down are the services' own files. */
function placesIn(folder: string): readonly string[] {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isDirectory() ? [folder, ...readdirSync(folder).map((name) => join(folder, name))] : [folder];
}

/** Whether a path is a symbolic link itself. */
export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function leadsOut(link: string, folder: string): LabError {
  return new LabError(
    "symbolic-link",
    `${link} is a symbolic link, and mesos-lab follows none in a lab's folder`,
    {
      remedy: [
        `remove the link, or put what it leads to in its place`,
        `to have all labs on another disk, make ${dirname(folder)} itself a link`,
      ],
    },
  );
}

/** Whether a path below a folder is reached without a link. */
export function isReachedDirectly(folder: string, path: string): boolean {
  const parts = path.split(/[\\/]/).slice(0, -1);
  return parts.every((_, index) => !isLink(join(folder, ...parts.slice(0, index + 1))));
}
