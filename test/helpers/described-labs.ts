import type { Lab } from "../../src/lab/model.ts";
import { parseLab } from "../../src/lab/parse.ts";

/** The tutorial's lab, in either stack. */
export function tutorialLab(stack: "classic" | "rehearsal" = "classic"): Lab {
  return parseLab(undefined, { stack });
}

/** A lab from the text of a lab file. */
export function labFrom(text: string): Lab {
  return parseLab({ text, file: "mesos-lab.yaml" }, {});
}
