import type { Store } from "../store/store.ts";
import { type MasterInfo, parseMasterInfo } from "./master-info.ts";

export const candidatePrefix = "json.info_";

export interface Detection {
  /** Undefined while nobody leads. */
  readonly leader: MasterInfo | undefined;
  /** The leader's node. */
  readonly path: string | undefined;
  readonly candidates: number;
}

/** Calls back with the leading master, now and after every change, until the returned function is called. */
export function detectMaster(
  store: Store,
  path: string,
  onChange: (detection: Detection) => void,
): () => void {
  let current = 0;
  const stop = store.watchChildren(path, async (names) => {
    current += 1;
    const mine = current;
    const candidates = names.filter((name) => name.startsWith(candidatePrefix)).sort(bySequence);
    const [first] = candidates;
    const node = first === undefined ? undefined : `${path === "/" ? "" : path}/${first}`;
    // A session that ends meanwhile is told through onSessionLost.
    const text = node === undefined ? undefined : await store.get(node).catch(() => undefined);
    if (mine !== current) return;
    const leader = text === undefined ? undefined : parseMasterInfo(text);
    onChange({ leader, path: leader === undefined ? undefined : node, candidates: candidates.length });
  });
  return () => {
    current += 1;
    stop();
  };
}

function bySequence(a: string, b: string): number {
  return Number(a.slice(candidatePrefix.length)) - Number(b.slice(candidatePrefix.length));
}
