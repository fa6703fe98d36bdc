#!/bin/sh
# The image's ENTRYPOINT. A program of the image runs as it is, anything else is a Herald command, so that
# `docker run IMAGE`, `docker run IMAGE status` and `docker run IMAGE node dist/sandbox/main.js` all do what they say.
# Every branch ends in exec: the program is process 1 itself and gets the signals.
set -eu

# A core dump would hold readable tokens.
ulimit -c 0

case "${1-}" in
  node | herald | sh | /*) exec "$@" ;;
  *) exec herald "$@" ;;
esac
