/** Variables of a caller. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What is passed on, and what for; `*` stands for any ending. docs/environment.md has this table. */
export const passedOn: readonly { readonly what: string; readonly names: string }[] = [
  {
    what: "where programs, the home folder and temporary files are",
    names: "PATH HOME USER LOGNAME SHELL TMPDIR TMP TEMP XDG_*",
  },
  {
    what: "the same on Windows",
    names:
      "USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMDATA PUBLIC USERNAME SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT OS PROCESSOR_* NUMBER_OF_PROCESSORS PROGRAMFILES* COMMONPROGRAMFILES* PROGRAMW6432",
  },
  {
    what: "the terminal, the language and the time zone",
    names: "TERM COLORTERM COLUMNS LINES NO_COLOR LANG LANGUAGE LC_* TZ",
  },
  {
    what: "the desktop: providers open windows and ask for rights",
    names: "DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS __CF*",
  },
  {
    what: "your ssh agent, and an answer for sudo",
    names: "SSH_AUTH_SOCK SSH_AGENT_PID SSH_ASKPASS SSH_ASKPASS_REQUIRE SSH_TTY SUDO_ASKPASS",
  },
  {
    what: "the way to the internet, and whose certificates are believed",
    names:
      "http_proxy https_proxy ftp_proxy all_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS",
  },
  {
    what: "where Vagrant keeps boxes and plugins, and your account with a box catalogue",
    names: "VAGRANT_HOME VAGRANT_CLOUD_TOKEN ATLAS_TOKEN VAGRANT_SERVER_URL VAGRANT_LOG VAGRANT_WSL_*",
  },
  {
    what: "where VirtualBox and VMware are and keep their machines",
    names: "VBOX_USER_HOME VBOX_INSTALL_PATH VBOX_MSI_INSTALL_PATH VBOX_APP_HOME VMWARE_*",
  },
  {
    what: "where your Ansible and its Python are",
    names: "ANSIBLE_HOME ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_PATHS VIRTUAL_ENV PYENV_*",
  },
];

const passedNames = passedOn.flatMap(({ names }) => names.toUpperCase().split(" "));

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
  // Windows, and the proxies, know a name in both cases.
  const upper = name.toUpperCase();
  return passedNames.some((each) =>
    each.endsWith("*") ? upper.startsWith(each.slice(0, -1)) : upper === each,
  );
}
