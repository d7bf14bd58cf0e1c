import type { ErrorId } from "../../src/error-ids.ts";

/** What each error means, and what helps. The error itself says more: names, facts, commands for its lab. */
export const errorTexts: Readonly<Record<ErrorId, readonly [meaning: string, remedy: string]>> = {
  "internal-error": ["a fault of mesos-lab itself", "report it with what was printed"],

  "acl-refused": [
    "HAProxy does not accept the ACL for the application",
    "write it as HAProxy's `acl` has it, such as `path_beg /`",
  ],
  "app-file-missing": ["there is no application file of that name", "check the path"],
  "app-file-wrong": ["the application file is no JSON object with an `id`", "correct the file"],
  "bundle-damaged": [
    "a file in the bundle is cut off, missing or changed",
    "copy the bundle again, or save it again",
  ],
  "bundle-needs-machines": [
    "the lock does not know all that a bundle needs, and the machines are not made or do not run",
    "`npx mesos-lab create` or `npx mesos-lab up`, then save again",
  ],
  "bundle-not-needed": [
    "an embedded lab fetches nothing, so it needs no bundle",
    "`npx mesos-lab create` wherever mesos-lab is",
  ],
  "bundle-of-another-lab": [
    "the bundle's lab differs from the one described here",
    "leave the flags or the lab file out, or save a bundle of this lab",
  ],
  "bundle-part-missing": [
    "the box or the images that the bundle should hold are not on this host",
    "build or fetch them with the command that is printed",
  ],
  "bundle-unreadable": [
    "the file is no bundle, or cannot be read",
    "`npx mesos-lab bundle save FILE` makes one",
  ],
  "containers-missing": ["a host has lost containers of the lab", "`npx mesos-lab create`"],
  "docker-credentials-unreadable": [
    "the file where Docker keeps credentials is damaged or cannot be read",
    "correct it, or log in again with `docker login`",
  ],
  "drill-unknown": [
    "there is no drill of that name, or none was named",
    "choose one of those that are listed",
  ],
  "file-exists": [
    "a file of that name is there already and is not overwritten",
    "remove it, or choose another name",
  ],
  "flag-does-not-fit": ["a flag does not go with this lab or with another flag", "leave the flag out"],
  "image-name-wrong": [
    "the text is no name of an image",
    "write it as Docker does: `registry/repository:tag`",
  ],
  "images-in-no-registry": [
    "the rehearsal stack's images are made by this tool, not fetched",
    "`npx mesos-lab images build`",
  ],
  "images-missing": [
    "there are no images on this host yet",
    "`npx mesos-lab images fetch` or `npx mesos-lab images build`",
  ],
  "images-not-of-this-lab": [
    "images would be removed, and the question was not answered with yes",
    "`npx mesos-lab images prune --yes`",
  ],
  "incident-missing": ["no incident was started in this lab", "`npx mesos-lab incident start`"],
  "keys-stay-here": [
    "on hosts the playbooks run on this computer only",
    "install Ansible here: `npx mesos-lab doctor --fix`",
  ],
  "lab-file-missing": ["there is no lab file of that name", "check the path, or leave `--file` out"],
  "lab-file-unreadable": ["the lab file cannot be read", "check its kind and its rights"],
  "lab-file-wrong": [
    "the lab file has mistakes; each is told with line and column",
    "correct them; [lab-file.md](lab-file.md) has all fields",
  ],
  "lab-in-use": ["another command works on the lab", "wait for it, or end it; the message names it"],
  "lab-is-of-another-kind": [
    "the lab was made with another stack or another place to run",
    "destroy it first, or leave the flag out",
  ],
  "lab-missing": [
    "there is no lab of that name in this folder",
    "`npx mesos-lab create`, or go to the folder it was made in",
  ],
  "lab-name-wrong": ["the text cannot be a lab's name", "use small letters, digits and hyphens"],
  "lab-not-made": ["the lab's machines have not been made yet", "`npx mesos-lab create`"],
  "lab-not-named": ["there are several labs in this folder", "name one: `--name LAB`"],
  "lesson-step-unknown": ["this lab's lesson has no step of that name", "`npx mesos-lab lesson` lists them"],
  "lock-damaged": [
    "the lock file is damaged or of another version",
    "restore it, or `npx mesos-lab create --update-lock`",
  ],
  "lock-differs-from-machines": [
    "the machines are not what the lock says",
    "`npx mesos-lab create`, or `--update-lock`",
  ],
  "lock-would-differ": [
    "the lab would be made of other parts than the lock says; nothing was changed",
    "undo what changed, or `npx mesos-lab create --update-lock`",
  ],
  "machine-unknown": ["the lab has no machine of that name", "use one of the names that are listed"],
  "machines-would-be-lost": [
    "the lab file no longer names machines that were made",
    "`npx mesos-lab destroy` first, or name them again",
  ],
  "no-machine-to-log-in-to": [
    "an embedded lab consists of processes; there is no machine to log in to",
    "`npx mesos-lab logs SERVICE`",
  ],
  "not-confirmed": ["the question was answered with no, or could not be asked", "`--yes`"],
  "reboot-not-allowed": [
    "the lab file does not allow drills to reboot this host",
    "allow it there, or choose another drill",
  ],
  "record-damaged": ["the note of how the lab was made is damaged", "`npx mesos-lab destroy`, or restore it"],
  "recording-damaged": [
    "a line of a recording is no event, lacks something, or stands in a wrong place",
    "take the line out that is named, or use a recording that nobody has edited",
  ],
  "recording-unreadable": [
    "there is no such recording, or it cannot be read",
    "check the path; `npx mesos-lab watch --record FILE` makes one",
  ],
  "service-not-in-lab": [
    "the lab does not have the service that this needs",
    "make a lab with it, or choose something else",
  ],
  "service-not-on-machine": [
    "the service does not run on the machine that `--on` names",
    "use one of the machines that are listed",
  ],
  "service-refused-request": [
    "Marathon or Bamboo refused what it was asked; its own words are shown",
    "correct the application or the rule",
  ],
  "service-unknown": ["the lab has no service of that name", "use one of the names that are listed"],
  "stand-in-misused": [
    "a stand-in was started with a wrong flag, variable or configuration",
    "correct it; the message names it",
  ],
  "symbolic-link": [
    "a symbolic link in a lab's folder leads elsewhere, and none is followed",
    "remove the link",
  ],
  "teacher-key-wrong": [
    "a file has no X25519 key in PEM, or the other half of it",
    "make both halves: see [teaching.md](teaching.md)",
  ],
  "wrong-command-line": ["a command, word or flag is wrong", "`npx mesos-lab --help`"],

  "box-not-buildable-here": [
    "the box can be built on x86-64 with Debian's vagrant package only",
    "build it on such a host and copy it",
  ],
  "cache-in-use": ["another mesos-lab builds into the same cache", "wait for it"],
  "debian-mirror-unknown": ["this host's apt has no Debian mirror", "add one to `/etc/apt/sources.list.d`"],
  "drill-not-possible": [
    "the machine lacks what the drill would break it with, such as netem in its kernel; nothing was broken",
    "choose another drill, or bring what is named to the machine",
  ],
  "file-refused": [
    "the system refused to read or write a file; its reason is shown",
    "check rights, room on the disk and the limit of open files",
  ],
  "host-not-ready": [
    "this host lacks what the lab needs; each problem is told",
    "what is printed for each, or `npx mesos-lab doctor --fix`",
  ],
  "host-without-apt": [
    "images and boxes are built from Debian packages, and this host has no apt",
    "build them on Debian or Ubuntu and copy them",
  ],
  "mesos-agents-out-of-reach": [
    "the Mesos that the lab is to join has agents whose names this host does not reach",
    "make the names known, in `/etc/hosts` or by the agents' `--hostname`",
  ],
  "mesos-not-joinable": [
    "no Mesos of 0.24 or later leads where `mesos` or `--mesos` says, or it does not answer this host",
    "correct the `zk://` URL, or start the Mesos",
  ],
  "node-does-not-fit-images": ["this host's Node does not run in the images", "use Node's own build"],
  "packages-missing": ["Debian packages are missing", "install them with the command that is printed"],
  "program-missing": [
    "a program is not installed, or not on the PATH",
    "install it; `npx mesos-lab doctor` says how",
  ],
  "report-not-writable": [
    "the drill's report could not be written, so nothing was broken",
    "choose another file or folder",
  ],
  "root-needed": ["building from Debian packages needs root", "run it again with sudo"],
  "stand-in-host": [
    "a stand-in lacks a program or an address on its host",
    "install or set what the message names",
  ],
  "stand-ins-not-built": ["a checkout has not been built", "`npm run build`"],

  "ansible-failed": [
    "Ansible ended without telling of a failed task",
    "read the log; run the printed command by hand",
  ],
  "ansible-left-machines-out": [
    "Ansible ended well, but did not run on every machine",
    "read its warnings; run the printed command by hand",
  ],
  "ansible-not-installed": [
    "Ansible could not be installed inside the machine",
    "check the machine's network, or install Ansible on this host",
  ],
  "ansible-task-failed": [
    "a task of the playbooks failed; its own words are shown",
    "mend what it names, then `npx mesos-lab create`",
  ],
  "break-not-undone": [
    "what a drill ended has not come back",
    "`npx mesos-lab status`, then `npx mesos-lab up`",
  ],
  "cannot-listen": ["a port or an address cannot be used", "end what has the port, or choose another"],
  "debian-mirror-silent": ["the Debian mirror did not answer", "try `apt-get update`, then again"],
  "docker-failed": [
    "Docker did not start, ended, or gave no proper answer",
    "read the log; look at `docker info`",
  ],
  "docker-silent": [
    "the lab has run containers, and Docker does not answer now",
    "start Docker, then the same command again",
  ],
  "file-changed-while-packing": [
    "a file changed while it was packed",
    "wait until nothing writes to it, then again",
  ],
  "haproxy-failed": ["HAProxy did not start, or refused its configuration", "read what it said; it is shown"],
  "haproxy-not-asked": [
    "HAProxy in its container could not be asked to check an ACL",
    "`npx mesos-lab status`",
  ],
  "hosts-failed": [
    "something failed on one or more hosts; each is told",
    "mend it there, then the same command again",
  ],
  "image-unusable": ["a registry's image cannot be used here", "ask another registry, or another tag"],
  "install-failed": ["installing packages failed", "run the printed command by hand"],
  "lab-removed-meanwhile": ["the lab was removed while the drill went on", "`npx mesos-lab create`"],
  "layer-broke-off": [
    "a download ended too early again and again",
    "the same command again goes on from there",
  ],
  "layer-damaged": [
    "what was fetched is not what its digest says; it was thrown away",
    "the same command again",
  ],
  "machines-did-not-start": [
    "Vagrant could not start the machines; its own sentence is shown",
    "what is printed, then `npx mesos-lab create`",
  ],
  "nothing-to-break": [
    "what the drill wanted to break does not run",
    "`npx mesos-lab status`, then `npx mesos-lab up`",
  ],
  "part-not-ready": [
    "a part of an embedded lab ended, or stands still, before it was ready",
    "read its last lines, which are shown",
  ],
  "program-failed": ["a program ended with a failure; its last words are shown", "read its log"],
  "registry-login-failed": ["a registry's login did not work", "`docker login`, or ask another registry"],
  "registry-redirects-wrongly": [
    "a registry sends in circles or away from HTTPS",
    "ask another one: `--registry URL`",
  ],
  "registry-refused": ["a registry refused, or has no such image", "log in, wait, or ask another one"],
  "registry-silent": ["a registry does not answer", "check the network, or `--registry URL`"],
  "stand-in-failed": ["a stand-in cannot go on", "read its log: `npx mesos-lab logs SERVICE`"],
  "zookeeper-lost": [
    "a service lost its session with ZooKeeper, and ends to be started again",
    "nothing; if it happens often: `npx mesos-lab logs zookeeper`",
  ],

  "app-cannot-move": [
    "an application of a slave that leaves has no place elsewhere, or its clients are not led there",
    "make room on another slave, or scale it down",
  ],
  "app-not-gone": ["Marathon has not ended the application in time", "`npx mesos-lab logs marathon`"],
  "app-not-running": ["the application does not run in time", "the message has Marathon's own reason"],
  "app-without-task": ["the application has no task to break", "`npx mesos-lab demo`"],
  "claims-do-not-hold": [
    "the lab does not do what it should; each claim shows what was seen",
    "`npx mesos-lab logs SERVICE`, then `npx mesos-lab create`",
  ],
  "demo-not-served": [
    "the demo's page does not answer, so a drill would measure nothing",
    "`npx mesos-lab demo`",
  ],
  "dns-has-no-such-name": [
    "Mesos-DNS has no answer for the name",
    "try `leader.mesos`; the application may not run",
  ],
  "dns-silent": ["Mesos-DNS does not answer", "`npx mesos-lab verify`"],
  "images-differ-between-machines": [
    "two machines have different images of the same name",
    "remove the image that is named, then `npx mesos-lab create`",
  ],
  "lab-silent": ["a service of the lab does not answer", "`npx mesos-lab status`"],
  "leader-unknown": [
    "it is not known which machine leads",
    "`npx mesos-lab status`, or name one: `--on MACHINE`",
  ],
  "lesson-step-not-reached": [
    "what a step of the lesson needs was asked of the lab, and did not come",
    "`npx mesos-lab verify`, then the same again",
  ],
  "lock-differs": [
    "the lab was made, and is not what the lock says",
    "undo what changed, or `npx mesos-lab create --update-lock`",
  ],
  "page-not-shown": [
    "the application runs, and its page does not answer in time",
    "`npx mesos-lab verify`; what was seen last is shown",
  ],
  "page-unsteady": [
    "the page fails before a drill broke anything; nothing was broken",
    "`npx mesos-lab verify`, or try again on a quieter host",
  ],
  "service-failed-request": [
    "Marathon or Bamboo answered with a failure of its own",
    "`npx mesos-lab verify`",
  ],

  "drill-not-recovered": [
    "the page had not come back by the drill's deadline",
    "`npx mesos-lab verify`, `npx mesos-lab status`",
  ],

  interrupted: ["Ctrl-C, or a signal, ended the command", "the same command again goes on where it stopped"],
};
