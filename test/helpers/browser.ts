import { existsSync } from "node:fs";

/** A real browser for pages; undefined where there is none. */
export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
/** For the name of a test that needs it. */
export const noBrowser = chromiumPath === undefined ? " (skipped: there is no Chromium)" : "";
