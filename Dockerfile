# The image has Node, the built package and nothing else. `test/package/container.test.ts` lints this file and runs its steps.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The image brings Node itself, which is all that an install script here would.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY README.md CHANGELOG.md CONTRIBUTING.md LICENSE ./
COPY build ./build
COPY db ./db
COPY docs ./docs
COPY examples ./examples
COPY src ./src
RUN npm run build

FROM node:24-slim
LABEL org.opencontainers.image.title="datafy-emulator" \
      org.opencontainers.image.description="A local, stateful emulator of the Datafy API" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /build/dist ./
# What V8 compiled at this first start, it need not compile at every later one. It also shows that the image works.
ENV NODE_COMPILE_CACHE=/app/.compile-cache
RUN ["node", "--input-type=module", "-e", "const { startEmulator } = await import('datafy-emulator'); await (await startEmulator()).close()"]
# Where a database file goes, if there is to be one: `--db /data/state.db`. Nothing else is ever written to.
# Some platforms, such as OpenShift, run an image as any user, but always of group 0.
RUN mkdir /data && chown 1000:0 /data && chmod 775 /data
VOLUME /data
ENV NODE_ENV=production
# Within its container nobody else is on the loopback address.
ENV DATAFY_EMULATOR_HOST=0.0.0.0
USER 1000:1000
EXPOSE 4650
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s CMD ["node", "-e", "fetch((process.env.DATAFY_EMULATOR_URL || 'http://127.0.0.1:4650') + '/_emulator/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/lib/main.js"]
