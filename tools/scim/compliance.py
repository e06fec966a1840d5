"""Runs scim2-tester, a published SCIM 2.0 compliance suite, against a running system. Optional: nothing needs it.

    python3 -m venv .scim && .scim/bin/pip install scim2-tester==0.5.2 httpx2
    SCIM_TOKEN=<access token of an administrator> .scim/bin/python tools/scim/compliance.py http://localhost:8080/scim/v2

It makes users and groups and deletes them again: give it an organisation made for the purpose.
"""

import os
import sys

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

http = httpx2.Client(base_url=sys.argv[1], headers={"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"})
client = SyncSCIMClient(http)
client.discover()
results = check_server(client)
failed = 0
for result in results:
    if result.status in (Status.SUCCESS, Status.SKIPPED):
        continue
    failed += 1
    print(f"{result.status.name}: {result.title}: {result.reason}")
counts = {status.name: sum(1 for result in results if result.status == status) for status in Status}
print(", ".join(f"{name} {count}" for name, count in counts.items() if count))
sys.exit(1 if failed else 0)
