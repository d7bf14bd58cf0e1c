"""Calls Marathon with marathon-python as its users did, and prints what came back, a line of JSON for each call."""

import json
import sys
import threading
import time

from marathon import MarathonClient, MarathonHttpError, NotFoundError
from marathon.models import MarathonApp, MarathonGroup

client = MarathonClient(sys.argv[1])


def say(call, answer):
    print(json.dumps([call, answer]), flush=True)


def settled(what):
    """Waits until no deployment is under way."""
    deadline = time.monotonic() + 120
    while client.list_deployments():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} is still under way")
        time.sleep(0.05)


events = set()


def listen():
    for event in client.event_stream():
        events.add(type(event).__name__)


threading.Thread(target=listen, daemon=True).start()

say("ping", client.ping().decode())
say("get_info", client.get_info().version.split("-")[0])
app = client.create_app("py/web", MarathonApp(cmd="sleep 600", cpus=0.1, mem=16, instances=1))
say("create_app", app.id)
settled("create_app")
say("list_apps", [each.id for each in client.list_apps()])
say("get_app", client.get_app("py/web", embed_tasks=True).tasks_running)
client.scale_app("py/web", delta=1)
settled("scale_app")
say("scale_app", len(client.list_tasks("py/web")))
client.update_app("py/web", MarathonApp(cmd="sleep 601"))
settled("update_app")
versions = sorted(client.list_versions("py/web"))
say("list_versions", len(versions))
client.rollback_app("py/web", versions[0])
settled("rollback_app")
say("rollback_app", client.get_app("py/web").cmd)
client.restart_app("py/web")
settled("restart_app")
killed = client.kill_tasks("py/web", scale=True)
settled("kill_tasks")
say("kill_tasks", [len(killed), client.get_app("py/web").instances])
say("list_queue", client.list_queue())
client.create_group(MarathonGroup(id="/pg", apps=[MarathonApp(id="a", cmd="sleep 600", cpus=0.1, mem=16)]))
settled("create_group")
say("list_groups", sorted(each.id for each in client.list_groups()))
client.scale_group("pg", 2)
settled("scale_group")
say("scale_group", client.get_app("/pg/a").instances)
client.delete_group("pg")
settled("delete_group")
for wrong in (lambda: client.get_app("none"), lambda: client.create_app("bad", MarathonApp(cmd="x", cpus=-1))):
    try:
        wrong()
    except NotFoundError as error:
        say("NotFoundError", error.error_message)
    except MarathonHttpError as error:
        say("MarathonHttpError", error.status_code)
say("delete_app", sorted(client.delete_app("py/web")))
settled("delete_app")
# Of the last ones it may not have read all: it reads in pieces.
wanted = {"MarathonDeploymentInfo", "MarathonDeploymentSuccess", "MarathonGroupChangeSuccess", "MarathonStatusUpdateEvent"}
deadline = time.monotonic() + 120
while not wanted <= events and time.monotonic() < deadline:
    time.sleep(0.05)
say("events", sorted(wanted & events))
