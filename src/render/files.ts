/** A file of a lab, not yet written. */
export interface RenderedFile {
  /** Relative to the lab's folder, with forward slashes. */
  readonly path: string;
  readonly contents: string;
}

/** The tool's templates by their path: `Vagrantfile.hbs`, `playbooks/docker.yml`, … */
export type Templates = ReadonlyMap<string, string>;

/** @throws when the package lacks a template: a fault of its making. */
export function template(templates: Templates, path: string): string {
  const text = templates.get(path);
  if (text === undefined) throw new Error(`template ${path} is missing`);
  return text;
}

/** Where the configuration of a service's container lies in the lab's folder. */
export function configFolder(machine: string, service: string): string {
  return `files/${machine}/${service}/`;
}
