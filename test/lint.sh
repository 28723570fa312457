#!/usr/bin/env bash
# Lint and types at once, a core each; fails where one of them does. Only types are checked incrementally: a lint rule that goes by
# types may find something in a file because another one has changed.
cd "$(dirname "$0")/.."
trap 'kill $(jobs -p) 2>/dev/null' EXIT
trap 'exit 130' INT TERM

eslint . &
rules=$!
tsc --noEmit --incremental --tsBuildInfoFile node_modules/.cache/types.tsbuildinfo && tsc --noEmit --project src/report/page
types=$?
wait "$rules" && exit "$types"
