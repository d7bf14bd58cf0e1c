import { expect, test } from "vitest";
import { chooseDisplay } from "../../../src/ui/tasks.ts";

test.each([
  [{ json: false, tty: true, env: {} }, "live"],
  [{ json: false, tty: true, env: { TERM: "xterm", NO_COLOR: "1" } }, "live"],
  [{ json: false, tty: true, env: { TERM: "dumb" } }, "plain"],
  [{ json: false, tty: true, env: { CI: "true" } }, "plain"],
  [{ json: false, tty: true, env: { CI: "" } }, "live"],
  [{ json: false, tty: false, env: {} }, "plain"],
  [{ json: true, tty: true, env: {} }, "silent"],
  [{ json: true, tty: false, env: { CI: "1" } }, "silent"],
])("%j is shown %s", (options, display) => {
  expect(chooseDisplay(options)).toBe(display);
});
