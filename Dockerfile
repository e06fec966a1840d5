# One image for the six services, their migrations and the tools beside them; docker-compose.yml names the program of
# each. And Keycloak, built for the settings it runs with, so that it needs no writable root.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG KEYCLOAK_IMAGE=quay.io/keycloak/keycloak:26.7.4

FROM ${NODE_IMAGE} AS node
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false NX_DAEMON=false

# The package manifests alone: while they stay the same, so do the installations below.
FROM node AS manifests
COPY . /source
RUN cd /source && mkdir /manifests \
  && cp --parents package.json package-lock.json .npmrc */package.json */*/package.json /manifests

# What runs in the image needs; nothing of the embedded stack, the demo and the tests. No package's script runs.
FROM node AS dependencies
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --omit=dev \
  --workspace=services/gateway --workspace=services/access --workspace=services/cases \
  --workspace=services/files --workspace=services/notify --workspace=services/metrics --workspace=tools/bus

FROM node AS build
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts
COPY . .
RUN npx nx run-many -t build \
  && mkdir /built \
  && cp --recursive --parents package.json libs/*/package.json libs/*/dist services/*/package.json services/*/dist \
    tools/bus/package.json tools/bus/dist tools/stack/package.json tools/stack/dist tools/bootstrap/*.mjs \
    deploy/compose/realm.json /built

FROM ${NODE_IMAGE} AS app
WORKDIR /app
ENV NODE_ENV=production
# The programs run as `node`; a package manager would only serve an intruder. A new volume takes its owner from the
# folder that it is mounted on first: see the service `volumes` in docker-compose.yml.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && mkdir -p /volumes/nats /volumes/s3 && chown node:node /volumes/nats /volumes/s3
COPY --from=dependencies /app ./
COPY --from=build /built ./
USER node

FROM ${KEYCLOAK_IMAGE} AS keycloak-build
RUN /opt/keycloak/bin/kc.sh build --db=postgres --cache=local --health-enabled=true

FROM ${KEYCLOAK_IMAGE} AS keycloak
COPY --from=keycloak-build /opt/keycloak/ /opt/keycloak/
USER 1000
