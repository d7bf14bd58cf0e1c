import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, inject, test } from "vitest";

/** What a host, a folder or a file may do to a command: kind, variant, what is typed, exit code, what is said. */
type Row = readonly [kind: string, variant: string, typed: string, exitCode: number, said: string];

const unreadable = (file: string, why: string) => `✖ the lab file ${file} cannot be read: ${why}`;
const fullOutput = "✖ the output cannot be written: no space left on device";

const rows: readonly Row[] = [
  [
    "lab file",
    "a folder",
    "mkdir d; lab render --file d",
    2,
    unreadable("d", "illegal operation on a directory"),
  ],
  [
    "lab file",
    "a pipe that nobody writes into",
    "mkfifo f; lab render --file f",
    2,
    unreadable("f", "it is no plain file"),
  ],
  ["lab file", "/dev/zero", "lab render --file /dev/zero", 2, unreadable("/dev/zero", "it is no plain file")],
  [
    "lab file",
    "a link to itself",
    "ln -s l l; lab render --file l",
    2,
    unreadable("l", "too many symbolic links encountered"),
  ],
  ["lab file", "below a file", "echo > p; lab render --file p/x", 2, unreadable("p/x", "not a directory")],
  [
    "lab file",
    "with a line break and an escape in its name",
    "f=$'a\\nb\\e[31m.yaml'; echo 'runsOn: embedded' > \"$f\"; lab render --file \"$f\" && lab status",
    0,
    "stopped",
  ],
  [
    "lab file",
    "20 MB",
    "head -c 20000000 /dev/zero > big; lab render --file big",
    2,
    "must be at most 32768 characters long",
  ],
  ["lab file", "away", "lab render --file away", 2, "✖ there is no lab file away"],
  [
    "lab file",
    "3,000 mistakes",
    `(echo machines:; yes '  - {name: 1, ip: x}' | head -1000) > m; lab render --file m`,
    2,
    "and 2980 more",
  ],
  [
    "lab file",
    "2,000 unknown fields",
    "seq 2000 | sed 's/.*/k&: 1/' > k; lab render --file k",
    2,
    "and 1980 more",
  ],
  [
    "lab file",
    "from another command",
    "lab render --runs-on vagrant --file <(echo 'nonsense: 1')",
    2,
    "cannot be read: it is no plain file",
  ],
  [
    "record",
    "a folder",
    "mkdir -p generated/mesos-lab/lab.json; lab status",
    2,
    "try: it is no plain file, remove it: rm -r",
  ],
  [
    "record",
    "a pipe",
    "mkdir -p generated/mesos-lab; mkfifo generated/mesos-lab/lab.json; lab status",
    2,
    "lab.json is damaged",
  ],
  [
    "record",
    "a link to /dev/zero",
    "mkdir -p generated/mesos-lab; ln -s /dev/zero generated/mesos-lab/lab.json; lab status",
    2,
    "lab.json",
  ],
  [
    "record",
    "empty",
    "mkdir -p generated/mesos-lab; : > generated/mesos-lab/lab.json; lab status",
    2,
    "lab.json is damaged",
  ],
  [
    "record",
    "a folder in the place of the lock's note",
    "mkdir -p generated/mesos-lab.lock.json; lab render --runs-on vagrant",
    0,
    "files written",
  ],
  [
    "record",
    "a folder in the place of the lesson's notes",
    "lab render --runs-on vagrant; mkdir generated/mesos-lab/lesson.json; lab lesson",
    3,
    "lesson.json: illegal operation on a directory",
  ],
  ["output", "full, of help", "lab --help > /dev/full", 3, fullOutput],
  ["output", "full, with --json", "lab status --json > /dev/full", 3, fullOutput],
  ["output", "full, of completion", "lab completion bash > /dev/full", 3, fullOutput],
  ["output", "full stderr: the exit code stays", "lab nonsense 2> /dev/full", 2, ""],
  ["output", "a reader that leaves", "set -o pipefail; lab --help | true", 0, ""],
  ["output", "closed", "lab --help >&-", 0, ""],
  [
    "folder",
    "gone",
    "mkdir g; cd g; rmdir ../g; lab create --runs-on embedded",
    3,
    "✖ the folder that mesos-lab was started in is gone",
  ],
  ["folder", "generated is a file", "echo > generated; lab render --runs-on vagrant", 3, "not a directory"],
  [
    "folder",
    "generated is a link to itself",
    "ln -s generated generated; lab render --runs-on vagrant",
    3,
    "generated",
  ],
  ["limits", "40 open files", "ulimit -n 40; lab render --runs-on vagrant", 0, "files written"],
  [
    "limits",
    "a locale that the system refuses",
    "LC_ALL=xx_YY.UTF-8 lab render --runs-on vagrant",
    0,
    "files written",
  ],
  ["limits", "no HOME", "unset HOME; lab render --runs-on vagrant", 0, "files written"],
];

/** These need root to make the disk, in a mount namespace of their own. */
const onDisks: readonly Row[] = [
  [
    "disk",
    "read only",
    "mount -t tmpfs -o ro none .; cd $PWD; lab render --runs-on vagrant",
    3,
    "try: run mesos-lab in a folder that you may write to",
  ],
  [
    "disk",
    "full at once",
    "mount -t tmpfs -o size=4k none .; cd $PWD; lab render --runs-on vagrant",
    3,
    "no space left on device",
  ],
  [
    "disk",
    "full half way",
    "mount -t tmpfs -o size=64k none .; cd $PWD; lab render --runs-on vagrant",
    3,
    "no space left on device",
  ],
  [
    "disk",
    "no more files",
    "mount -t tmpfs -o nr_inodes=5 none .; cd $PWD; lab render --runs-on vagrant",
    3,
    "no space left on device",
  ],
];

/** In a network of its own, since the lab has the usual addresses. */
const filled: Row = [
  "disk",
  "full once the lab serves",
  `mount -t tmpfs -o size=60m none .; cd $PWD; ip link set lo up
  { lab create --runs-on embedded && lab demo; } >/dev/null 2>&1 || exit 98
  head --bytes=80M /dev/zero >fill
  lab drill kill-task; [ $? = 3 ] || exit 99
  lab destroy --yes`,
  0,
  'nothing is left of lab "mesos-lab"',
];

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function typedIn(typed: string, words: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "host-"));
  folders.push(folder);
  chmodSync(folder, 0o755);
  const script = `lab() { "$NODE" "$CLI" "$@"; }; ${typed}`;
  const [file = "bash", ...args] = [...words, "bash", "-c", script];
  const env = { ...process.env, NODE: process.execPath, CLI: inject("cli") };
  return new Promise<{ exitCode: number; said: string }>((resolve) => {
    execFile(file, args, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });
}

const check =
  (words: readonly string[]) =>
  async (...[, , typed, exitCode, said]: Row) => {
    const result = await typedIn(typed, words);
    expect(result).toMatchObject({ exitCode });
    expect(result.said).toContain(said);
    expect(result.said).not.toMatch(/internal error|^\s+at /m);
    // More is counted.
    expect(result.said.split("\n").length).toBeLessThan(60);
  };

describe.concurrent("whatever the host", () => {
  test.each(rows)("%s: %s", check([]));
  const noRoot = process.getuid?.() === 0 ? "" : " (only root can mount)";
  test.skipIf(noRoot !== "").each(onDisks)(`%s: %s${noRoot}`, check(["unshare", "--mount"]));
  test.skipIf(noRoot !== "").each([filled])(`%s: %s${noRoot}`, check(["unshare", "--mount", "--net"]));
});
