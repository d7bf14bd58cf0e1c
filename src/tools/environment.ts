/** Variables of a caller. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a variable is passed on for. docs/environment.md is made of this table. */
export const passedOn: readonly { readonly what: string; readonly names: readonly (string | RegExp)[] }[] = [
  {
    what: "where programs, the home folder and temporary files are",
    names: [
      ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", /^XDG_\w+$/],
      // Windows.
      ...[/^(?:USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PUBLIC|USERNAME)$/i],
      ...[/^(?:SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|OS|PROCESSOR_\w+|NUMBER_OF_PROCESSORS)$/i],
      ...[/^(?:PROGRAMFILES|COMMONPROGRAMFILES)(?:\(X86\))?$/i, "ProgramW6432", "Path"],
    ],
  },
  {
    what: "the terminal, the language and the time zone",
    names: ["TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "LANG", "LANGUAGE", /^LC_\w+$/, "TZ"],
  },
  {
    what: "the desktop: providers open windows and ask for rights",
    names: ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", /^__CF\w+$/],
  },
  {
    what: "your ssh agent",
    names: ["SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SSH_TTY"],
  },
  {
    what: "the way to the internet, and whose certificates are believed",
    names: [
      /^(?:https?|ftp|all|no)_proxy$/i,
      ...["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
    ],
  },
  {
    what: "where Vagrant keeps boxes and plugins, and your account with a box catalogue",
    names: [
      ...["VAGRANT_HOME", "VAGRANT_CLOUD_TOKEN", "ATLAS_TOKEN", "VAGRANT_SERVER_URL", "VAGRANT_LOG"],
      /^VAGRANT_WSL_\w+$/,
    ],
  },
  {
    what: "where VirtualBox and VMware are and keep their machines",
    names: [/^VBOX_(?:USER_HOME|INSTALL_PATH|MSI_INSTALL_PATH|APP_HOME)$/, /^VMWARE_\w+$/],
  },
  {
    what: "where your Ansible and its Python are",
    names: [
      "ANSIBLE_HOME",
      "ANSIBLE_COLLECTIONS_PATH",
      "ANSIBLE_COLLECTIONS_PATHS",
      "VIRTUAL_ENV",
      /^PYENV_\w+$/,
    ],
  },
  { what: "an answer for sudo", names: ["SUDO_ASKPASS"] },
];

/** Docker may be elsewhere on this host, as without root; an engine on another computer cannot serve a lab here. */
const dockerHost = "DOCKER_HOST";

/**
 * The environment of a program that works on a lab: what it needs and what its user must be able to give. Everything
 * else stays behind, so that no setting of this host changes what the lab is.
 * @param own what the program is told by this tool.
 */
export function programEnvironment(
  own: Readonly<Record<string, string>> = {},
  caller: Variables = process.env,
): Record<string, string> {
  const passed = Object.entries(caller).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isPassedOn(...entry),
  );
  return { ...Object.fromEntries(passed), ...own };
}

function isPassedOn(name: string, value: string | undefined): boolean {
  if (name === dockerHost) return /^(?:unix|npipe):/.test(value ?? "");
  return passedOn.some(({ names }) =>
    names.some((each) => (typeof each === "string" ? each === name : each.test(name))),
  );
}
