#!/usr/bin/env bash
# Installs what the tests need, builds everything in Release and runs every test project.
#
#   ./test.sh                  all tests
#   ./test.sh --filter NAME    only the test projects whose name contains NAME
set -euo pipefail
cd "$(dirname "$0")"

filter=""
case "${1:-}" in
  "") ;;
  --filter) filter="${2:?--filter needs a name}" ;;
  *) echo "usage: $0 [--filter NAME]" >&2; exit 2 ;;
esac

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MSBUILDDISABLENODEREUSE=1           # leaves no build servers behind that keep this script's output open
export BROKER_TESTS_REQUIRE_FOREIGN=1      # a missing foreign peer is a failure here, not a skipped test

# What the end-to-end tests run against the router: WAMP clients in Python and Node.js, and a browser.
has_python_peer() { /usr/bin/python3 -c 'import autobahn, cbor2, msgpack' 2>/dev/null; }
has_node() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null; }
has_browser() { [[ -x "${CHROMIUM:-/usr/bin/chromium}" ]]; }

install_foreign_peers() {
  local packages=()
  has_python_peer || packages+=(python3-autobahn python3-cbor2 python3-msgpack)
  has_node || packages+=(nodejs npm)
  has_browser || packages+=(chromium)

  if (( ${#packages[@]} > 0 )); then
    echo "The end-to-end tests run WAMP peers in Python and Node.js and a page in a browser against the router."
    echo "Installing with apt-get: ${packages[*]}"
    install_packages "${packages[@]}"
  fi
  has_python_peer || { echo "python3-autobahn does not load in /usr/bin/python3." >&2; exit 1; }
  has_node || { echo "Node.js 18 or newer with npm is needed." >&2; exit 1; }
  has_browser || { echo "Chromium is needed; set CHROMIUM to its path if it is not /usr/bin/chromium." >&2; exit 1; }

  restore_npm_packages tests/foreign
  restore_npm_packages samples/BrowserPage
}

install_packages() {
  local root=()
  if (( EUID != 0 )); then
    root=(sudo)
  fi
  if ! command -v apt-get >/dev/null || ! command -v "${root[0]:-apt-get}" >/dev/null; then
    echo "Cannot install them here (this needs apt-get, as root or with sudo). Please install: $*" >&2
    exit 1
  fi
  # Mirrors are away for a moment, and package lists grow old between update and install: both again, a few times.
  local options=(-qq -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300) attempt
  for attempt in 1 2 3 4 5; do
    if "${root[@]}" apt-get update "${options[@]}" \
      && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y "${options[@]}" --no-install-recommends "$@" >/dev/null; then
      return
    fi
    if (( attempt < 5 )); then
      echo "apt-get failed; trying again in 15 seconds." >&2
      sleep 15
    fi
  done
  echo "apt-get failed five times." >&2
  exit 1
}

# No package's install script runs: nothing is compiled or downloaded besides the packages themselves.
restore_npm_packages() {
  if ! cmp -s "$1/package-lock.json" "$1/node_modules/.restored-lock.json"; then
    echo "Restoring the npm packages of $1"
    (cd "$1" && npm ci --fetch-retries=5 --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$1/package-lock.json" "$1/node_modules/.restored-lock.json"
  fi
}

passed=0 failed=0 skipped=0

# Runs one test project and adds the figures of its summary line to the totals.
run_project() {
  local name="$1" output summary exit_code=0 not_run bad
  output="$(mktemp)"
  echo "== $name"
  timeout --kill-after=10s 20m dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noLogo -noColor 2>&1 | tee "$output" || exit_code=$?
  summary="$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$output" | tail -n 1 || true)"
  rm -f "$output"

  figure() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }
  if [[ -z "$summary" || "$(figure Total)" == 0 ]]; then
    echo "$name ran no test, or did not finish (exit code $exit_code)." >&2
    failed=$((failed + 1))
    return
  fi
  not_run=$(( $(figure Skipped) + $(figure 'Not Run') ))
  bad=$(( $(figure Failed) + $(figure Errors) ))
  passed=$((passed + $(figure Total) - $(figure Failed) - not_run))
  skipped=$((skipped + not_run))
  if (( exit_code != 0 && bad == 0 )); then
    echo "$name ended with exit code $exit_code although no test failed." >&2
    bad=1
  fi
  failed=$((failed + bad))
}

projects=()
for directory in tests/*"$filter"*.Tests; do
  name="$(basename "$directory")"
  if [[ -f "$directory/$name.csproj" ]]; then
    projects+=("$name")
  fi
done
if (( ${#projects[@]} == 0 )); then
  echo "No test project has a name with '$filter' in it." >&2
  exit 2
fi

command -v dotnet >/dev/null || { echo "The .NET 10 SDK is needed: dotnet is not on PATH." >&2; exit 1; }
if [[ " ${projects[*]} " == *" Broker.EndToEnd.Tests "* ]]; then
  install_foreign_peers
fi
if [[ -z "$filter" ]]; then
  dotnet build Broker.sln -c Release
else
  for project in "${projects[@]}"; do dotnet build "tests/$project" -c Release; done
fi
for project in "${projects[@]}"; do run_project "$project"; done

if (( skipped > 0 )); then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
(( failed == 0 ))
