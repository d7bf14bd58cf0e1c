import { badRequest } from "../apps/api-error.ts";
import type { AppDefinition } from "../apps/model.ts";

/** The filter of `GET /v2/apps?cmd=&id=&label=`. @throws ApiError 400 for a label selector it cannot read. */
export function appFilter(query: {
  readonly cmd?: string | undefined;
  readonly id?: string | undefined;
  readonly label?: string | undefined;
}): (app: AppDefinition) => boolean {
  const contains = (text: string | null, part: string) =>
    (text ?? "").toLowerCase().includes(part.toLowerCase());
  const labels = query.label === undefined ? [] : splitSelectors(query.label).map(labelTest);
  return (app) =>
    (query.cmd === undefined || (app.cmd !== null && contains(app.cmd, query.cmd))) &&
    (query.id === undefined || contains(app.id, query.id)) &&
    labels.every((test) => test(app.labels));
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

/** At commas, except those of `key in (a, b)`. */
function splitSelectors(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function labelTest(selector: string): LabelTest {
  const equal = /^([\w.-]+)\s*(==|!=)\s*([\w.-]+)$/.exec(selector);
  const among = /^([\w.-]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(selector);
  const [, key = selector, operator, value = ""] = equal ?? among ?? [];
  const values = among === null ? [value] : value.split(",").map((part) => part.trim());
  if (equal === null && among === null && !/^[\w.-]+$/.test(selector))
    throw badRequest(`The label selector '${selector}' is not understood`);
  return (labels) => {
    const has = labels[key];
    if (operator === undefined) return has !== undefined;
    if (operator === "!=" || operator === "notin") return has === undefined || !values.includes(has);
    return has !== undefined && values.includes(has);
  };
}
