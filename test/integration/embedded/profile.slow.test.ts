import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";

/** `create --profile`: where the time of a run went. */

const lab = embeddedLab();
const reports = join(lab.folder, "generated", "mesos-lab", "reports");
afterAll(() => lab.remove());

interface Row {
  readonly begin: number;
  readonly end: number;
  readonly what: string;
}

test("it is told after the result, drawn as a page, and goes with the lab", async () => {
  const created = await lab.run("create", "--profile", "--json");
  expect(created, created.stderr).toMatchObject({ exitCode: 0 });
  const [result, told] = created.stdout
    .trim()
    .split("\n")
    .slice(-2)
    .map((line) => JSON.parse(line));
  expect(result).toMatchObject({ event: "result", holds: true });
  const { seconds, ownSeconds, path, page } = told as {
    seconds: number;
    ownSeconds: number;
    path: Row[];
    page: string;
  };
  expect(path.map(({ what }) => what)).toContain("Start the services as processes");
  // No second twice, and none before or after the run.
  for (const [i, { begin, end }] of path.entries()) {
    expect(begin).toBeGreaterThanOrEqual(path[i - 1]?.end ?? 0);
    expect(end).toBeLessThanOrEqual(seconds);
  }
  expect(ownSeconds).toBeGreaterThan(0);
  expect(readFileSync(page, "utf8")).toContain("Start the services as processes");
  expect(readdirSync(reports)).toHaveLength(2);

  const again = await lab.run("create", "--profile");
  expect(again.stdout).toMatch(/start +end +seconds +what was waited for/);
  expect(again.stdout).toMatch(/mesos-lab's own process used [\d.]+ s of processor time in [\d.]+ s/);
});

test("a folder of reports that is a link is not written through", async () => {
  const elsewhere = join(lab.folder, "elsewhere");
  mkdirSync(elsewhere);
  rmSync(reports, { recursive: true });
  symlinkSync(elsewhere, reports);
  const { exitCode, stderr } = await lab.run("create", "--profile");
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("symbolic link"),
  });
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(lstatSync(reports).isSymbolicLink()).toBe(true);
  expect(existsSync(join(lab.folder, "generated", "mesos-lab", "lab.json"))).toBe(true);
});

test("there is nothing to tell of a dry run", async () => {
  const { exitCode, stderr } = await lab.run("create", "--profile", "--dry-run");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--dry-run does nothing whose time could be told by --profile");
});
