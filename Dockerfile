# Herald's image: Node 24, the compiled service, its production packages, an unprivileged user. Nothing else.
# One image is three programs: the service (default), the sandbox (`node dist/sandbox/main.js`) and the CLI (`status`, `posts`, ...).
#
# BASE may be any glibc image with Node 24, npm, useradd and a POSIX shell; pin it by digest where you deploy.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# Without the optional packages there is no embedded Postgres: an image is given its database.
FROM ${BASE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${BASE}
# The state folder is the sandbox's. The service keeps nothing on disk, so the root file system can be mounted read-only.
RUN groupadd --gid 10001 herald \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin herald \
  && install -d -o 10001 -g 10001 -m 0700 /var/lib/herald
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY graphql/schema.graphql graphql/
COPY --from=build /app/dist dist
COPY --chmod=0755 scripts/image/entrypoint.sh /usr/local/bin/entrypoint
COPY --chmod=0755 scripts/image/herald.sh /usr/local/bin/herald

ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 HERALD_STATE_DIR=/var/lib/herald
USER 10001:10001
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["entrypoint"]
# SIGUSR1 must not open the inspector, and a diagnostic report must not hold the environment: both would show secrets.
CMD ["node", "--disable-sigusr1", "--report-exclude-env", "/app/dist/main.js"]
