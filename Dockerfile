# The daemon in a container: `docker build -t moodle-syncd .`; the simulators for trying it out: `--target tryout`.
# Written for docker, buildah and podman alike; docs/operator.md, "In a container".
ARG DEBIAN=debian:bookworm-slim

FROM ${DEBIAN} AS build
WORKDIR /src
COPY dev ./
RUN ./dev setup package
COPY . .
ARG SOURCE_DATE_EPOCH=1767225600
RUN SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} ./dev deb

FROM build AS build-tryout
RUN ./dev build release moodle-sim drupal-sim

FROM ${DEBIAN} AS tryout
RUN apt-get update && apt-get install -y --no-install-recommends libcpp-httplib0.11 libpq5 && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY --from=build-tryout /src/build/release/tests/support/moodle_sim/moodle-sim \
  /src/build/release/tests/support/campus/drupal-sim /usr/bin/
USER 65532:65532

# The image is the package: its dependencies are what dpkg-shlibdeps found.
FROM ${DEBIAN} AS moodle-syncd
COPY --from=build /src/build/package/deb/*.deb /tmp/deb/
RUN apt-get update && apt-get install -y --no-install-recommends /tmp/deb/*.deb \
  && apt-get clean && rm -rf /tmp/deb /var/lib/apt/lists/* && install -d -o 65532 -g 65532 -m 0700 /var/lib/moodle-syncd
LABEL org.opencontainers.image.title="moodle-syncd" \
  org.opencontainers.image.description="Keeps Moodle in step with a Drupal site" \
  org.opencontainers.image.licenses="Apache-2.0"
USER 65532:65532
VOLUME /var/lib/moodle-syncd
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m CMD ["/usr/sbin/moodle-syncd", "healthcheck"]
ENTRYPOINT ["/usr/sbin/moodle-syncd"]
CMD ["run"]
