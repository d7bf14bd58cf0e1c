import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";

const root = new URL("../../..", import.meta.url).pathname;

/**
 * From now on a folder goes with this process, however it ends, and with it all that was started in the folder.
 * The function returned does that at once.
 */
export function keep(folder: string): () => Promise<void> {
  const keeper = spawn(
    process.execPath,
    ["--import", "tsx", new URL("keeper.ts", import.meta.url).pathname],
    // Its own group: what is pressed at a terminal is not meant for it. Nothing of its own is in the folder.
    {
      detached: true,
      stdio: ["pipe", "ignore", "inherit"],
      cwd: root,
      env: { PATH: process.env.PATH, TSX_DISABLE_CACHE: "1" },
    },
  );
  const ended = once(keeper, "exit");
  keeper.stdin.write(folder);
  keeper.unref();
  (keeper.stdin as Socket).unref();
  return async () => {
    // Waited for now: without it this process would end before the folder is gone.
    keeper.ref();
    keeper.stdin.end();
    await ended;
  };
}
