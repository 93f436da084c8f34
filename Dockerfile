# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY domain domain
COPY ports ports
COPY adapters adapters
COPY src src
RUN npm run build
RUN npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json README.md CHANGELOG.md LICENSE ./
COPY views views
COPY public public
RUN ln -s /app/dist/src/cli.js /usr/local/bin/portcullis && mkdir /data && chown node:node /data

# Only the public listener leaves the container; the operations listener stays on its loopback address, where HEALTHCHECK asks.
# Where something outside has to ask for /readyz, set PORTCULLIS_OPS_HOST=0.0.0.0 and do not publish its port.
ENV NODE_ENV=production \
    PORTCULLIS_HOST=0.0.0.0 \
    PORTCULLIS_STORE=sqlite:/data/portcullis.db
USER node
# Nothing else is written to: the file system of the container may be read-only.
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORTCULLIS_OPS_PORT || 3001}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/cli.js"]
CMD ["serve"]
