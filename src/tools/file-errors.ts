import { getSystemErrorMap } from "node:util";
import { LabError } from "../errors.ts";

/** What a folder or disk may refuse through no fault of this tool. */
const refusals = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EISDIR", "EEXIST"]);

/** What the system calls a file error: "permission denied". */
export function systemWords(error: NodeJS.ErrnoException): string {
  return getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
}

/** A refusal of the file system as an error that says so; every other error as it is. */
export function explainFileError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, errno, path } = error as NodeJS.ErrnoException;
  if (code === undefined || errno === undefined || path === undefined || !refusals.has(code)) return error;
  return new LabError("file-refused", `${path}: ${systemWords(error)}`, {
    remedy: ["run mesos-lab in a folder that you may write to, on a disk with room left"],
    cause: error,
  });
}
