import { LabError } from "../errors.ts";

/** Why a bundle is refused: which of its files is wrong, and how. Nothing has been changed when it is thrown. */
export function bundleFault(
  bundle: string,
  file: string,
  why: string,
  more: { readonly remedy?: readonly string[]; readonly details?: readonly string[] } = {},
): LabError {
  return new LabError("bundle-damaged", `${bundle} cannot be used: ${file} ${why}`, {
    details: more.details ?? [],
    remedy: more.remedy ?? [
      "copy the bundle again from where it was saved",
      `or save it again there: npx mesos-lab bundle save ${bundle}`,
    ],
  });
}
