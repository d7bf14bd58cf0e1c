import { drillsFor } from "../../drills/catalogue.ts";
import { pages } from "../../lab/catalogue/index.ts";
import { currentStep, readNotes } from "../../lesson/notes.ts";
import { stepsOf } from "../../lesson/steps.ts";
import type { Language } from "../../render/lesson/words.ts";
import type { Of } from "../model/event.ts";
import type { Look, Place } from "./look.ts";

/** What is known of the lab on this host: how it was made, who works on it, and how far its lesson is. */
export function labLook(place: Place, language: Language): Look {
  const { hub, folder } = place;
  return {
    ...{ id: "lab", everyMs: 1_000, usualMs: 1_000 },
    once: async () => {
      hub.found(labOf(place));
      const holder = folder.holder();
      const others = holder !== undefined && holder.pid !== process.pid ? [holder] : [];
      hub.foundAll(
        "work",
        others.map(({ command }) => ({ event: "work", id: "lab", command })),
      );
      hub.foundAll("step", stepsNow(place, language));
    },
  };
}

function labOf({ lab, machines }: Place): Of<"lab"> {
  const { name, stack, machines: all } = lab();
  return {
    event: "lab",
    id: name,
    stack,
    runs: machines().words,
    machines: all.map(({ name: id, ip, services }) => ({ name: id, ip, services: [...services] })),
    pages: pages(lab()).map(({ title, url }) => ({ title, url })),
    drills: drillsFor(lab()).map(({ name: id, help }) => ({ name: id, help })),
  };
}

function stepsNow({ lab, folder }: Place, language: Language): Of<"step">[] {
  const steps = stepsOf(lab());
  const notes = readNotes(folder);
  const at = currentStep(
    notes,
    steps.map(({ text }) => text.id),
  );
  return steps.map(({ text: { id, title, text, commands, see, question } }, index) => ({
    ...{ event: "step", id, number: index + 1, language },
    ...{ title: title[language], text: text[language], commands: [...commands], see: see[language] },
    ...(question !== undefined && { question: question[language] }),
    done: notes.passed[id] !== undefined,
    current: id === at,
  }));
}

/** The state of each machine, in the words of what runs it. */
export function machinesLook(place: Place, everyMs: number, rests: () => boolean): Look {
  const { hub, machines } = place;
  return {
    ...{ id: "machines", everyMs, usualMs: 10_000, rests },
    once: async (signal) => {
      const states = await machines().states(signal);
      hub.foundAll(
        "machine",
        [...states].map(([id, state]) => ({ event: "machine", id, state })),
      );
    },
  };
}
