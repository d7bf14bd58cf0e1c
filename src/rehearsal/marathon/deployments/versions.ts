import { isUpgrade } from "../apps/app-definition.ts";
import type { AppDefinition } from "../apps/model.ts";
import { edited, type Tree } from "../apps/tree.ts";

/**
 * Gives every app that differs from what it was the new version, and tells whether it was configured or only scaled or
 * restarted. An app that does not differ stays the very same definition.
 */
export function versioned(
  original: Tree,
  target: Tree,
  version: string,
  replaced: ReadonlySet<string> = new Set(),
): Tree {
  return edited(
    target,
    ({ apps }) => {
      for (const app of apps.values()) {
        const old = original.apps.get(app.id);
        if (old !== app) apps.set(app.id, withVersion(old, app, version, replaced.has(app.id)));
      }
    },
    version,
  );
}

function withVersion(
  old: AppDefinition | undefined,
  app: AppDefinition,
  version: string,
  isReplaced: boolean,
): AppDefinition {
  if (old === undefined || isUpgrade(old, app))
    return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt: version } };
  if (old.instances === app.instances && !isReplaced) return old;
  const lastConfigChangeAt = old.versionInfo?.lastConfigChangeAt ?? old.version;
  return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } };
}
