import { getSystemErrorMap } from "node:util";
import { LabError } from "../errors.ts";

/** What a folder or disk may refuse through no fault of this tool. */
const refusals = new Set([
  ...["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "EEXIST"],
  ...["ELOOP", "ENAMETOOLONG", "ENXIO", "EBUSY", "ESTALE"],
]);
/** What this computer lacks, whatever the file is: a write tells no path. */
const shortages = new Set(["ENOSPC", "EDQUOT", "EIO", "EFBIG", "EMFILE", "ENFILE"]);

/** What the system calls a file error: "permission denied". */
export function systemWords(error: NodeJS.ErrnoException): string {
  return getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
}

/** A refusal of the file system as an error that says so; every other error as it is. */
export function explainFileError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "", errno, path, syscall } = error as NodeJS.ErrnoException;
  if (errno === undefined) return error;
  if (syscall === "uv_cwd")
    return new LabError("file-refused", "the folder that mesos-lab was started in is gone", {
      remedy: ["cd into one that is there"],
      cause: error,
    });
  // On a disk that is read only, a folder with its parents is said to be nowhere.
  const refused = path !== undefined && (refusals.has(code) || (code === "ENOENT" && syscall === "mkdir"));
  if (!refused && !shortages.has(code)) return error;
  const remedy = /^E[MN]FILE$/.test(code)
    ? "raise the limit of open files: ulimit -n 1024"
    : "run mesos-lab in a folder that you may write to, on a disk with room left";
  return new LabError("file-refused", `${path === undefined ? "" : `${path}: `}${systemWords(error)}`, {
    remedy: [remedy],
    cause: error,
  });
}
