import type { Store } from "../store/store.ts";
import type { BambooService, Services } from "./model.ts";

/** The rules in ZooKeeper: one node per app, its name the escaped id, its data the ACL. They outlive apps and Bamboo. */
export class Rules {
  private readonly store: Store;
  private readonly folder: string;

  constructor(store: Store, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  async all(): Promise<Services> {
    const services: Record<string, BambooService> = {};
    for (const name of await this.store.children(this.folder)) {
      const acl = await this.store.get(`${this.folder}/${name}`);
      const Id = idOf(name);
      if (acl !== undefined && Id !== undefined) services[Id] = { Id, Acl: acl };
    }
    return services;
  }

  /** False where there is a rule already. */
  async create(id: string, acl: string): Promise<boolean> {
    if ((await this.store.get(this.node(id))) !== undefined) return false;
    await this.put(id, acl);
    return true;
  }

  put(id: string, acl: string): Promise<void> {
    return this.store.set(this.node(id), acl);
  }

  /** False where there was none. */
  remove(id: string): Promise<boolean> {
    return this.store.remove(this.node(id));
  }

  watch(onChange: () => void): () => void {
    return this.store.watchChildren(this.folder, onChange);
  }

  private node(id: string): string {
    return `${this.folder}/${nodeName(withSlash(id))}`;
  }
}

export function withSlash(id: string): string {
  return id.startsWith("/") ? id : `/${id}`;
}

/** `%2Ftomcat` for `/tomcat`: Go's query escaping. */
export function nodeName(id: string): string {
  const escaped = encodeURIComponent(id).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return escaped.replaceAll("%20", "+");
}

function idOf(name: string): string | undefined {
  try {
    return decodeURIComponent(name.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
