#!/bin/sh
# The `herald` command inside the image.
exec node --disable-sigusr1 --report-exclude-env /app/dist/cli/main.js "$@"
