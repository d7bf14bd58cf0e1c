import { exitCodes, LabError } from "../../errors.ts";

/** A line of Ruby's trace, however it begins. */
const trace = /^\s*(?:(?:\d+:\s*)?from\s+\S+|\S+\.rb):\d+:in [`'].*['`]\s*$/;
/** What Ruby says of an error that nobody expected: place, message, class. */
const unexpected = /^\S+\.rb:\d+:in [`'][^`']*[`']: (.*) \(([\w:]+)\)\s*$/;
/** Progress of a machine, and settings that vagrant-libvirt prints. */
const progress = /^(?:==>|\s{4})\s*[a-z0-9-]+: |^Bringing machine /;
/** What Vagrant says around the error of one of several machines. */
const frame =
  /^(?:An error occurred while executing (?:multiple actions in parallel|the action on the '.*')|Any errors that occurred are shown below\.|machine\. Please handle this error then try again:)/;
const warning = /warning: |^\[fog\]\[WARNING\]/i;

/** The sentences of an error out of what Vagrant printed last; empty where it said nothing of its own. */
export function causeIn(lines: readonly string[]): readonly string[] {
  const ruby = lines.map((line) => unexpected.exec(line)).find((match) => match !== null);
  const said = lines
    .map((line) => line.trimEnd())
    .filter((line) => !trace.test(line) && !unexpected.test(line) && !progress.test(line))
    .filter((line) => !frame.test(line) && !warning.test(line) && !line.startsWith("log: "));
  const text = squeezed(said);
  if (text.length > 0) return text;
  return ruby == null ? [] : [`${ruby[1]} (${ruby[2]})`];
}

/** Without the empty lines at either end, and each line once. */
function squeezed(lines: readonly string[]): readonly string[] {
  return lines.filter((line, index) => line.trim() !== "" && lines.indexOf(line) === index);
}

/** A failure of Vagrant with its own sentence first; the rest is in the log. */
export function vagrantFailure(error: unknown): unknown {
  if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) return error;
  const { id, message, remedy, details, cause } = error;
  const log = details.filter((line) => line.startsWith("log: "));
  const said = causeIn(details);
  return new LabError(id, message, {
    remedy,
    cause,
    details: said.length > 0 ? [...said, ...log] : details,
  });
}
