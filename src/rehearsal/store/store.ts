/**
 * What the stand-ins need of ZooKeeper: a tree of small nodes, ephemeral ones among them.
 * Paths are absolute (`/mesos/json.info_0000000001`); missing parents are made.
 */
export interface Store {
  /** The node's data, or undefined where there is no such node. */
  get(path: string): Promise<string | undefined>;
  /** Creates or replaces a persistent node. */
  set(path: string, data: string): Promise<void>;
  /** Removes a node; false where there was none. */
  remove(path: string): Promise<boolean>;
  /** Names (not paths) of a node's children, sorted; empty where there is no such node. */
  children(path: string): Promise<string[]>;
  /** Creates `prefix` + a ten-digit sequence number that lives as long as this store's session; returns its path. */
  createEphemeral(prefix: string, data: string): Promise<string>;
  /** Calls back with the children now and after every change, until the returned function is called. */
  watchChildren(path: string, onChange: (names: string[]) => void): () => void;
  /** Calls back once when the session is gone, and with it every ephemeral node. */
  onSessionLost(callback: () => void): void;
  close(): Promise<void>;
}
