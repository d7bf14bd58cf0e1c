import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressesOf } from "../../../src/demo/services.ts";
import { tomcatApp } from "../../../src/lab/demo.ts";
import { eventSchema, type LabSeen } from "../../../src/watch/model/event.ts";
import { after, nothing, of } from "../../../src/watch/model/seen.ts";
import { chromiumPath, noBrowser } from "../../helpers/browser.ts";
import { embeddedLab, post, type RunningTool } from "../../helpers/embedded-lab.ts";
import { patienceMs } from "../../helpers/eventually.ts";

/** Where to put pictures of the page, for people to look at. */
const pictures = process.env.MESOS_LAB_SCREENSHOTS;

/** The whole lines of a recording. */
function recorded(file: string): LabSeen[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line): LabSeen => eventSchema.parse(JSON.parse(line)));
}

/** The address that it has printed. */
function addressIn(tool: RunningTool): string {
  return /http:\S+/.exec(tool.printed())?.[0] ?? "";
}

describe("an embedded lab that is watched", () => {
  const lab = embeddedLab();
  beforeAll(async () => expect(await lab.run("create")).toMatchObject({ exitCode: 0 }));
  let browser: Browser | undefined;
  afterAll(async () => {
    await browser?.close();
    await lab.remove();
  });

  /** Ends it as Ctrl-C does; its lines. */
  const interrupted = async (tool: RunningTool) => {
    tool.process.kill("SIGINT");
    const { exitCode, stdout } = await tool.ended;
    expect(exitCode).toBe(130);
    return stdout.trim().split("\n");
  };

  test("events --json: all that is there, and an app that comes, as events of the schema", async () => {
    const tool = lab.start("events", "--json");
    await tool.said('"event":"claim"');
    const made = await post(`${addressesOf(lab.lab()).marathon}/v2/apps`, tomcatApp(lab.lab()));
    expect(made).toMatchObject({ status: 201 });
    await tool.said('"what":"TASK_RUNNING"');
    await tool.said('"event":"task"');
    const lines = await interrupted(tool);
    expect(JSON.parse(lines.pop() ?? "")).toMatchObject({ event: "error", id: "interrupted", exitCode: 130 });
    const events = lines.map((line): LabSeen => eventSchema.parse(JSON.parse(line)));
    const seen = events.reduce(after, nothing);
    expect(of(seen, "lab")).toMatchObject([{ id: "mesos-lab", stack: "rehearsal" }]);
    expect(of(seen, "task")).toMatchObject([{ app: "/tomcat", machine: "slave" }]);
    expect(of(seen, "claim").length).toBeGreaterThan(5);
  });

  test("watch --plain: a lab that is shut down is told as silent, and ends nothing", async () => {
    const tool = lab.start("watch", "--plain");
    await tool.said("route bamboo:");
    expect(await lab.run("halt")).toMatchObject({ exitCode: 0 });
    await tool.said("✖ tasks: silent:");
    await tool.said("machine slave: stopped");
    expect(tool.process.exitCode).toBe(null);
    expect(await lab.run("up")).toMatchObject({ exitCode: 0 });
    await tool.said("✔ tasks: answers again");
    await interrupted(tool);
  });

  test.each<[string[], string, number]>([
    [["--record", "mesos-lab.yaml"], "there is a file mesos-lab.yaml already", 2],
    [["--record", "generated", "--yes"], "--record generated: there is something that is no plain file", 2],
    [["--record", "/dev/full", "--yes"], "--record /dev/full: there is something that is no plain file", 2],
    [["--record", "none/x.jsonl"], "none/x.jsonl cannot be written: there is no folder none", 3],
    [["none.jsonl"], "there is no recording none.jsonl", 2],
    [["generated"], "generated cannot be read: illegal operation on a directory", 2],
    [["/dev/zero"], "/dev/zero cannot be read: it is no plain file", 2],
    [["mesos-lab.yaml"], "mesos-lab.yaml:1 is no event in JSON", 2],
    [["x.jsonl", "--record", "y.jsonl"], "--record goes with a lab, not with a recording", 2],
    [["--output", "x.html"], "--output goes with a recording", 2],
  ])("watch %j is refused, and nothing is written or served", async (words, message, code) => {
    const before = readdirSync(lab.folder);
    const { exitCode, stdout, stderr } = await lab.run("watch", ...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
    expect(stderr).toContain(message);
    expect(readdirSync(lab.folder)).toEqual(before);
  });

  test.each<[string[], string]>([
    [["rulle"], 'there is no step "rulle" in this lab\'s lesson, did you mean "rule"?\n  known here: '],
    [["check"], 'there is no step "check" in this lab\'s lesson, known here: '],
    [["rule", "kill"], "lesson --web takes a step alone"],
    [["--answer", "x"], "--answer does not go with `lesson --web`"],
  ])("lesson --web %j is refused, and nothing is served", async (words, message) => {
    const { exitCode, stdout, stderr } = await lab.run("lesson", "--web", ...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  describe.skipIf(chromiumPath === undefined)(`its page in a browser${noBrowser}`, () => {
    let tool: RunningTool;
    let url = "";
    let page: Page;
    const elsewhere: string[] = [];
    const problems: string[] = [];

    const open = async (colorScheme: "light" | "dark", width: number, address = url) => {
      const opened = await (browser as Browser).newPage({ colorScheme, viewport: { width, height: 1_000 } });
      opened.setDefaultTimeout(patienceMs);
      opened.on("request", (request) => {
        const { origin, protocol } = new URL(request.url());
        if (protocol !== "data:" && request.url() !== address && origin !== new URL(address).origin)
          elsewhere.push(request.url());
      });
      opened.on("pageerror", (error) => problems.push(error.message));
      opened.on("console", (message) => problems.push(message.text()));
      await opened.goto(address);
      await opened.getByText(address.startsWith("file:") ? "a recording of " : "● live").waitFor();
      return opened;
    };
    const picture = async (of: Page, name: string) => {
      if (pictures === undefined) return;
      mkdirSync(pictures, { recursive: true });
      await of.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    };

    test("draws the lab: machines, services, the task, and how clients get to it", async () => {
      expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
      tool = lab.start("watch", "--record", "lesson.jsonl");
      await tool.said("open this address");
      url = addressIn(tool);
      browser = await chromium.launch({
        executablePath: chromiumPath as string,
        args: ["--no-sandbox", "--no-proxy-server"],
      });
      page = await open("light", 1_600);
      await page.locator(".machine", { hasText: "slave" }).locator(".task.running").waitFor();
      await page.locator(".way .gets", { hasText: "✔ a visitor gets 200" }).waitFor();
      await page.locator(".chip.good", { hasText: "marathon" }).waitFor();
      // From the clients to the way in, and from there to the task.
      expect(await page.locator("#lines path.good").count()).toBe(2);
      await page.getByRole("heading", { name: /^Claims: (\d+) of \1 hold$/ }).waitFor();
    });

    test("a drill pressed by keyboard runs, its timeline grows, and it ends recovered", async () => {
      const button = page.getByRole("button", { name: /^kill-task/ });
      await button.focus();
      await page.keyboard.press("Enter");
      await page.getByText(/^▸ kill-task: /).waitFor();
      expect(await button.isDisabled()).toBe(true);
      await page.locator(".bar .k503, .bar .timeout, .bar .refused, .bar .http-502").first().waitFor();
      await picture(page, "watch-drill");
      await page.getByText(/^✔ kill-task: [\d.]+ m?s/).waitFor();
      await page.getByText("kill asked of Marathon").waitFor();
      expect(await page.locator("#log").textContent()).toContain("TASK_KILLED");
    });

    test("a step is checked: what is missing is said, and then that it is done", async () => {
      const step = page.locator("#steps details[open]");
      await step.getByRole("button", { name: "Check" }).press("Enter");
      await step.locator("[role=status].bad").waitFor();
      const { stdout } = await lab.run("lesson", "solve", "--json");
      const { told, step: id } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      // Solved by another command: the page hears of it by itself.
      await page.locator(`#steps [data-key="${id}"] summary.good`).waitFor();
      expect(told).toBeTruthy();
      await picture(page, "watch-light-1600");
    });

    test("every control is reached by the keyboard, in the order of the page", async () => {
      const controls = page.locator("summary:visible, button:enabled:visible, input:visible");
      await page.locator("body").evaluate("document.activeElement.blur()");
      const reached = new Set<string>();
      for (let i = (await controls.count()) + 5; i > 0; i -= 1) {
        await page.keyboard.press("Tab");
        reached.add(
          await page.evaluate<string>("document.activeElement.textContent || document.activeElement.tagName"),
        );
      }
      const names = await controls.evaluateAll((all) => all.map((each) => each.textContent || each.tagName));
      expect(names.filter((name) => !reached.has(name))).toEqual([]);
    });

    test.each([
      ["dark", 1_600],
      ["light", 420],
      ["dark", 420],
    ] as const)("fits: %s, %i wide", async (scheme, width) => {
      const other = await open(scheme, width);
      await other.locator(".way .gets").waitFor();
      expect(await other.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(await other.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        scheme === "dark" ? "rgb(20, 23, 28)" : "rgb(251, 250, 247)",
      );
      await picture(other, `watch-${scheme}-${width}`);
      await other.close();
    });

    test("lesson --web <step> opens it at the step, and follows the student from there", async () => {
      const web = lab.start("lesson", "--web", "drill");
      await web.said("open this address");
      const other = await open("light", 1_600, addressIn(web));
      await other.locator('#steps [data-key="drill"][open]').waitFor();
      expect(await other.locator("#steps details[open]").count()).toBe(1);
      expect(await other.evaluate("document.activeElement.parentElement.dataset.key")).toBe("drill");
      await picture(other, "watch-step");
      const { stdout } = await lab.run("lesson", "solve", "--json");
      const { step } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      await other.locator(`#steps [data-key="${step}"] summary.good`).waitFor();
      await other.locator('#steps details[open]:not([data-key="drill"])').waitFor();
      await other.close();
      await interrupted(web);
    });

    test("nobody else reads or presses: no token, another page, another name", async () => {
      const { origin, hash } = new URL(url);
      const authorization = `Bearer ${new URLSearchParams(hash.slice(1)).get("token")}`;
      const ask = async (path: string, headers: Record<string, string>, body?: string) =>
        (await fetch(`${origin}${path}`, { headers, ...(body !== undefined && { method: "POST", body }) }))
          .status;
      const press = JSON.stringify({ drill: "kill-task" });
      expect(await ask("/stream", {})).toBe(403);
      expect(await ask("/drill", {}, press)).toBe(403);
      expect(await ask("/drill", { authorization: `${authorization}x` }, press)).toBe(403);
      expect(await ask("/drill", { authorization, origin: "http://evil.example" }, press)).toBe(403);
      expect(await ask("/drill", { authorization }, "{")).toBe(400);
      expect(await ask("/nothing", { authorization })).toBe(404);
    });

    test("killed, it leaves a recording: one file that plays the drill again, from the disk", async () => {
      tool.process.kill("SIGKILL");
      await tool.ended;
      const made = await lab.run("watch", "lesson.jsonl");
      expect(made).toMatchObject({ exitCode: 0, stdout: "lesson.html\n" });
      const replay = await open("light", 1_600, pathToFileURL(join(lab.folder, "lesson.html")).href);
      const outcome = replay.locator("#outcome");
      const events = recorded(join(lab.folder, "lesson.jsonl"));
      const drilled = events.map((event) => (event.event === "drill" ? event.state : ""));
      const [{ answers } = { answers: "" }] = of(events.reduce(after, nothing), "route");

      await replay.keyboard.press("End");
      await replay.locator("#outcome", { hasText: /^✔ kill-task: / }).waitFor();
      expect(answers).not.toBe("");
      await replay.locator(".way .gets", { hasText: `a visitor gets ${answers}` }).waitFor();
      await replay.getByRole("heading", { name: /^Lesson: [1-9]\d* of / }).waitFor();
      // What cannot be pressed any more is not there.
      expect(await replay.locator("#buttons button, #steps form").count()).toBe(0);

      // Back, a moment at a time, to one in the middle: the drill still ran.
      const back = drilled.length - drilled.lastIndexOf("runs");
      for (let moment = 0; moment < back && !(await outcome.textContent())?.startsWith("▸"); moment += 1)
        await replay.keyboard.press(",");
      expect(await outcome.textContent()).toMatch(/^▸ kill-task: /);
      await replay.locator(".bar .k503, .bar .timeout, .bar .refused, .bar .http-502").first().waitFor();
      await picture(replay, "replay-light-1600");

      await replay.keyboard.press("Home");
      expect(await replay.locator("#clock").textContent()).toMatch(/^0:00 of \d+:\d\d · /);
      expect(await replay.locator("#drills").isVisible()).toBe(false);
      await replay.locator("#speed").selectOption("16");
      await replay.locator("#play").press("Space");
      await outcome.getByText(/^✔ kill-task: /).waitFor();
      await replay.close();
    });

    test.each([
      ["dark", 1_600],
      ["light", 420],
      ["dark", 420],
    ] as const)("the replay fits: %s, %i wide", async (scheme, width) => {
      const other = await open(scheme, width, pathToFileURL(join(lab.folder, "lesson.html")).href);
      await other.keyboard.press("End");
      await other.locator("#outcome", { hasText: /^✔ kill-task: / }).waitFor();
      expect(await other.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(await other.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        scheme === "dark" ? "rgb(20, 23, 28)" : "rgb(251, 250, 247)",
      );
      await picture(other, `replay-${scheme}-${width}`);
      await other.close();
    });

    test("Ctrl-C ends it, and frees its port; nothing was asked elsewhere", async () => {
      tool = lab.start("watch");
      await tool.said("open this address");
      url = addressIn(tool);
      expect((await fetch(new URL(url).origin)).status).toBe(200);
      await interrupted(tool);
      await expect(fetch(new URL(url).origin)).rejects.toThrow();
      // That its server is gone is what the page has to say by then.
      expect({ elsewhere, problems: problems.filter((told) => !told.includes("net::ERR_")) }).toEqual({
        elsewhere: [],
        problems: [],
      });
    });
  });
});
