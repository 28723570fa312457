#!/usr/bin/env bash
# A newcomer's first minutes, in an empty home: clone, npm ci, npm start within two minutes, and a second npm start that asks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Root's Postgres runs as the user nobody, who has to pass through here: else its data would be left in /var/lib/sluice.
chmod 755 "$folder"
mkdir "$folder/home"
git clone --quiet . "$folder/sluice"
cd "$folder/sluice"

newcomer() {
  env -u DATABASE_URL -u XDG_DATA_HOME -u XDG_RUNTIME_DIR HOME="$folder/home" "$@"
}

wanted() {
  grep --quiet --fixed-strings "$1" <<<"$2" || { echo "This was not said: $1" >&2; exit 1; }
}

newcomer npm ci

SECONDS=0
first=$(newcomer npm start 2>&1 | tee /dev/stderr)
took=$SECONDS
wanted "is complete: 3,000 of 3,000 targets are settled" "$first"
wanted "Its report, to open in a browser:" "$first"
report=$(grep --only-matching "/.*/reports/.*\.html" <<<"$first")
[ -s "$report" ] || { echo "The report is not there: $report" >&2; exit 1; }
[ "$took" -le 120 ] || { echo "The first npm start took $took s, and two minutes are promised." >&2; exit 1; }

second=$(newcomer npm start 2>&1 | tee /dev/stderr)
wanted "There was nothing left to ask." "$second"
wanted "$report" "$second"

if pgrep --full --list-full "$folder"; then
  echo "These processes were left behind." >&2
  exit 1
fi
echo "A fresh clone works: the first npm start took $took s."
