#!/usr/bin/env bash
# One volume through the five published calls, with nothing but curl and jq: a smoke test for a pipeline, or a start for
# a script of your own. It makes a world for itself and removes it at the end, so that it can run as often as you like,
# and beside others. Start an emulator, then:
#
#   ./lifecycle.sh                                          # on its usual address
#   DATAFY_URL=http://127.0.0.1:5000 ./lifecycle.sh         # on another one
#   DATAFY_CONTROL_TOKEN=… ./lifecycle.sh                   # where it was given a --control-token
#
# It ends with 0 where every call was answered as it should be, and else with the first answer that was not.
set -euo pipefail

url=${DATAFY_URL:-http://127.0.0.1:4650}
json='Content-Type: application/json'

# curl, but for this: what is refused is shown, and ends the script.
call() {
  local answer
  if answer=$(curl -sS --fail-with-body -H "$json" "$@"); then printf '%s' "$answer"; else echo "$answer" >&2 && return 22; fi
}
control() { call ${DATAFY_CONTROL_TOKEN:+-H "Authorization: Bearer $DATAFY_CONTROL_TOKEN"} "$@"; }
datafy() { call -H "Authorization: Bearer $token" "$@"; }
expect() { [ "$2" = "$3" ] || { echo "$1: expected $3, found $2" >&2 && exit 1; }; echo "$1: $2"; }

# An emulator that was started a moment ago is waited for.
curl -sS --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null "$url/_emulator/health"

# A world of its own: what the default one holds, at an instant that stands still. A snapshot takes a minute there.
made=$(control "$url/_emulator/organizations" -d '{
  "seed": "default",
  "clock": {"mode": "controlled", "now": "2026-01-01T00:00:00Z"},
  "pace": {"snapshot": 60000}
}')
world=$url/_emulator/organizations/$(jq -r .organizationId <<<"$made")
trap 'control -X DELETE "$world"' EXIT
account=$(jq -r '.accounts[] | select(.name == "production") | .accountId' <<<"$made")
token=$(jq -r '.accounts[] | select(.name == "production") | .token' <<<"$made")

# 1. A snapshot is pending, until its minute is over.
volumes=$url/api/v1/volumes
snapshot=$(datafy "$volumes/vol-0b9176567fe16f0bc/create-snapshot" -d '{"description": "nightly"}' | jq -r .datafySnapshotId)
status() { control "$world/accounts/$account/snapshots?search=$snapshot" | jq -r '.snapshots[0].status'; }
expect 'the new snapshot' "$(status)" pending
control "$world/clock/advance" -d '{"seconds": 60}' >/dev/null
expect 'the snapshot a minute later' "$(status)" completed

# 2. Restored, it is a volume that Datafy autoscales.
restored=$(datafy "$volumes/create-from-snapshots" -d '{
  "source": {"datafySnapshotId": "'"$snapshot"'"},
  "volumeProperties": {"availabilityZone": "us-east-1a"}
}' | jq -r .volumeId)
volume() { control "$world/accounts/$account/volumes/$restored" | jq -r "$1"; }
expect 'the restored volume' "$(volume .status)" managed

# 3. It goes onto an instance,
datafy "$volumes/$restored/attach" -d '{"instanceId": "i-09759c0bdec242294", "deviceName": "/dev/sdb"}'
expect 'its instance' "$(volume .attachment.instanceId)" i-09759c0bdec242294

# 4. grows,
datafy "$volumes/$restored/modify" -d '{"volumeSizeGb": 150}'
expect 'its size in GiB' "$(volume .volumeSizeGb)" 150

# 5. and is handed over to an ordinary EBS volume.
datafy -X POST "$volumes/$restored/deactivate-autoscaling"
expect 'the volume at last' "$(volume .status)" replaced

# What was called, in order: the journal of the world.
control "$world/requests" | jq -r '.requests[] | "\(.status) \(.operationId)"'
