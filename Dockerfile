# The image of everything that runs on a cluster: controller, worker and command line, each one file of compiled JavaScript.
# Both bases can be others: a builder has npm and sh, a base has Node at /nodejs/bin/node, as distroless does.
# By digest, so that two builds of one commit are the same: `docker buildx imagetools inspect IMAGE:TAG` shows a newer one.
ARG BUILDER=docker.io/library/node:24-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e

FROM ${BUILDER} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The bundler's own binary is a package: no script has to run.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --prefer-offline
COPY src ./src
RUN npm run build

FROM ${BASE}
COPY --from=build /build/dist/ /sluice/
COPY LICENSE /sluice/
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="sluice" \
      org.opencontainers.image.description="Brings windows of a dataset to completion: asks an HTTP API about very many targets in bounded memory" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /sluice
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["/sluice/sluice.mjs"]
