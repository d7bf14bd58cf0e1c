import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./package-root.ts";

/** Commands for the other side of SSH that put there what comes in by their stdin. */

/** Puts files, one JSON object of contents by path, as a new folder in the place of the old one. */
export function unpackFolder(folder: string): readonly string[] {
  return ["python3", "-c", script("unpack-folder.py"), folder];
}

/** Takes one file in, whole or not at all, and gives it a time. `size` is in bytes, `time` in seconds since 1970. */
export function receiveFile(path: string, size: number, time: number): readonly string[] {
  return ["sh", "-c", script("receive-file.sh"), "sh", path, `${size}`, `${time}`];
}

/** Prints size and time of a file as `sizeAndTime` writes them; exit code 1 where there is none. */
export function tellFile(path: string): readonly string[] {
  return ["stat", "--format=%s %Y", path];
}

export function sizeAndTime(size: number, time: number): string {
  return `${size} ${time}`;
}

function script(name: string): string {
  return readFileSync(join(packageRoot, "templates/guest", name), "utf8");
}
