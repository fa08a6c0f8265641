#!/bin/sh
# Prints the orders of whoever has signed in with `latchkey login`.
set -eu
api=${API:-http://localhost:3000}

# A shell ignores failures before a pipe, so this is a step of its own.
authorization=$(latchkey token --curl)
# `printf` is a part of the shell: the token is in no list of processes.
printf '%s\n' "$authorization" | curl --silent --show-error --fail-with-body --config - "$api/orders"
