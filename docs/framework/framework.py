"""A Mesos framework: runs one command as a task, and again when it ends badly. python3 framework.py MASTER:PORT COMMAND"""
import json, sys, urllib.request, uuid
from urllib.error import URLError

master, command = sys.argv[1], sys.argv[2]
framework = {"user": "root", "name": "my-first-framework", "failover_timeout": 0}
stream = {}  # what each later call has to carry: the framework's id, and the stream's


def post(call):
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if stream.get("Mesos-Stream-Id"):
        headers["Mesos-Stream-Id"] = stream["Mesos-Stream-Id"]
    if "framework_id" in stream:
        call["framework_id"] = stream["framework_id"]
    body = json.dumps(call).encode()
    return urllib.request.urlopen(urllib.request.Request(f"http://{master}/api/v1/scheduler", body, headers))


def events(answer):
    """RecordIO: the length of each record in digits, a line feed, the record."""
    while length := answer.readline():
        yield json.loads(answer.read(int(length)))


def enough(offer):
    have = {r["name"]: r["scalar"]["value"] for r in offer["resources"] if r["type"] == "SCALAR"}
    return have.get("cpus", 0) >= 0.1 and have.get("mem", 0) >= 32


def launch(offer):
    amount = lambda name, value: {"name": name, "type": "SCALAR", "scalar": {"value": value}}
    task = {
        "name": "my-first-task",
        "task_id": {"value": f"task-{uuid.uuid4()}"},
        "agent_id": offer["agent_id"],
        "command": {"shell": True, "value": command},
        "resources": [amount("cpus", 0.1), amount("mem", 32)],
    }
    operations = [{"type": "LAUNCH", "launch": {"task_infos": [task]}}]
    post({"type": "ACCEPT", "accept": {"offer_ids": [offer["id"]], "operations": operations}})


def main():
    wanted = True  # whether a task still has to be launched
    answer = post({"type": "SUBSCRIBE", "subscribe": {"framework_info": framework}})
    stream["Mesos-Stream-Id"] = answer.headers.get("Mesos-Stream-Id")
    for event in events(answer):
        if event["type"] == "SUBSCRIBED":
            stream["framework_id"] = event["subscribed"]["framework_id"]
            print("subscribed as", stream["framework_id"]["value"], flush=True)
        elif event["type"] == "OFFERS":
            for offer in event["offers"]["offers"]:
                if wanted and enough(offer):
                    wanted = False
                    launch(offer)
                else:  # refused for a minute
                    filters = {"refuse_seconds": 60}
                    post({"type": "DECLINE", "decline": {"offer_ids": [offer["id"]], "filters": filters}})
        elif event["type"] == "UPDATE":
            status = event["update"]["status"]
            print(status["task_id"]["value"], status["state"], status.get("message", ""), flush=True)
            if "uuid" in status:  # said again and again until it is acknowledged
                known = {key: status[key] for key in ("agent_id", "task_id", "uuid")}
                post({"type": "ACKNOWLEDGE", "acknowledge": known})
            if status["state"] == "TASK_FINISHED":
                post({"type": "TEARDOWN"})
                return
            if status["state"] in ("TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_ERROR"):
                wanted = True
                post({"type": "REVIVE"})  # what was refused may be offered again


try:
    main()
except URLError as error:
    sys.exit(f"{master}: {error}")
