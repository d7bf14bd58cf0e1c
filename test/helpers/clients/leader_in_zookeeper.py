"""Looks with kazoo for the leading Mesos master and Marathon, as clients of Mesos do. A line of JSON for each finding:
one for who leads now, and, each time the one that leads is gone, one for who leads then."""

import json
import sys
import threading

from kazoo.client import KazooClient

hosts, path, leaders = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = KazooClient(hosts=hosts, read_only=True)
client.start()
told = threading.Event()
seen = []


@client.ChildrenWatch(path)
def candidates(names):
    infos = sorted(name for name in names if name.startswith("json.info_"))
    if not infos or infos[0] in seen:
        return
    data, stat = client.get(f"{path}/{infos[0]}")
    seen.append(infos[0])
    info = json.loads(data)
    line = {key: info[key] for key in ("hostname", "id", "pid", "port", "version")}
    line.update(znode=infos[0], address=info["address"], ephemeral=stat.owner_session_id not in (None, 0))
    print(json.dumps(line), flush=True)
    if len(seen) == leaders:
        told.set()


told.wait(120)
client.stop()
