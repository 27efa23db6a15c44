# The image has what runs and nothing that builds. `test/container.test.ts` runs these steps in a folder, step by step.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The image brings Node itself, which is all that an install script here would.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY db ./db
ENV NODE_ENV=production
# Within its container nobody else is on the loopback address.
ENV DATAFY_EMULATOR_HOST=0.0.0.0
USER 1000:1000
EXPOSE 4650
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s CMD ["node", "-e", "fetch('http://127.0.0.1:4650/_emulator/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
