import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { createMemoryTree, type MemorySession } from "../store/memory-store.ts";

const retryMs = 1_000;

type Line = readonly [path: string, data?: string];

export interface FileStore {
  openSession(): MemorySession;
  close(): void;
}

/** A tree whose persistent nodes are kept in a file: a line for every change, written anew at every start. */
export function openFileStore(path: string): FileStore {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const kept = readNodes(path);
  const text = [...kept].map((line) => `${JSON.stringify(line)}\n`).join("");
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  const file = openSync(path, "a");
  let started = false;
  let pending = Buffer.alloc(0);
  let waiting: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(waiting);
    try {
      while (pending.length > 0) pending = pending.subarray(writeSync(file, pending));
    } catch (error) {
      // A full disk: the lab goes on, and what is kept is written when there is room.
      process.stderr.write(`the store cannot be written: ${(error as Error).message}\n`);
      waiting = setTimeout(flush, retryMs);
    }
  };
  const openSession = createMemoryTree(kept, (node, data) => {
    if (!started) return;
    if (pending.length === 0) setImmediate(flush);
    const line = `${JSON.stringify(data === undefined ? [node] : [node, data])}\n`;
    pending = Buffer.concat([pending, Buffer.from(line)]);
  });
  started = true;
  return {
    openSession,
    close: () => {
      flush();
      clearTimeout(waiting);
      closeSync(file);
    },
  };
}

function readNodes(path: string): Map<string, string> {
  const nodes = new Map<string, string>();
  for (const text of readOrEmpty(path).split("\n")) {
    const [node, data] = parseLine(text);
    if (node === undefined) continue;
    if (data === undefined) nodes.delete(node);
    else nodes.set(node, data);
  }
  return nodes;
}

/** The last line may be half: whoever wrote it was killed. */
function parseLine(text: string): Line | [] {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return [];
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
