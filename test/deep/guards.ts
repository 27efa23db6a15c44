/** A guard of the emulator, and how it is taken out to see its tests fail. */
export interface Guard {
  guard: string;
  file: string;
  /** What stands in it once, and what stands there when the guard is out. */
  from: string;
  to: string;
  keptBy: string;
}

export const guards: Guard[] = [
  {
    guard: 'the Host header',
    file: 'src/http/host-guard.ts',
    from: 'refusedHost(request, names, passed) ??',
    to: '',
    keptBy: 'test/attack/host.test.ts',
  },
  {
    guard: 'the Origin header',
    file: 'src/http/host-guard.ts',
    from: '(safe.has(request.method) && !refusesPages ? undefined : refusedPage(request))',
    to: 'undefined',
    keptBy: 'test/attack/host.test.ts',
  },
  {
    guard: 'depth',
    file: 'src/http/json-body.ts',
    from: 'if (++depth > maxBody.levels)',
    to: 'if (++depth > 1e9)',
    keptBy: 'test/attack/bodies.test.ts',
  },
  {
    guard: 'durability: an answer waits for its commit',
    file: 'src/app.ts',
    from: 'if (!kept) return done(null, payload);',
    to: 'if (kept || !kept) return done(null, payload);',
    keptBy: 'test/http/commits.test.ts',
  },
  {
    guard: 'durability: a commit is synced',
    file: 'src/state/storage/database.ts',
    from: `db.pragma(\`synchronous = \${durability}\`)`,
    to: "db.pragma('synchronous = off')",
    keptBy: 'test/state/storage/database.test.ts',
  },
  {
    guard: 'tenancy: the volumes of accounts',
    file: 'src/state/datafy/volumes.ts',
    from: "'SELECT * FROM volume WHERE organization = +? AND id = +? AND account = +?'",
    to: "'SELECT * FROM volume WHERE organization = +? AND id = +? AND ? > 0'",
    keptBy: 'test/routes/datafy/isolation.test.ts',
  },
  {
    guard: 'tenancy: the snapshots of accounts',
    file: 'src/state/datafy/snapshots.ts',
    from: "'SELECT * FROM snapshot WHERE organization = +? AND id = +? AND account = +?'",
    to: "'SELECT * FROM snapshot WHERE organization = +? AND id = +? AND ? > 0'",
    keptBy: 'test/routes/datafy/isolation.test.ts',
  },
  {
    guard: 'the fence around what comes due',
    file: 'src/state/engine/settle.ts',
    from: 'if (isLost(error)) throw error;',
    to: 'if (error !== undefined) throw error;',
    keptBy: 'test/state/engine/settle.test.ts',
  },
  {
    guard: 'the control token',
    file: 'src/routes/control/surface.ts',
    from: '!hashSecret(given).equals(expected)',
    to: 'hashSecret(given).equals(Buffer.alloc(0))',
    keptBy: 'test/routes/control/access.test.ts',
  },
  {
    guard: 'secrets in the journal',
    file: 'src/routes/control/requests.ts',
    from: 'if (secretField.test(name)',
    to: 'if (false',
    keptBy: 'test/routes/control/requests.test.ts',
  },
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: a piece of the code
  {
    guard: 'one world, its checkpoints and no other',
    file: 'src/state/world/copies.ts',
    from: "AS ours WHERE ${isIn(to, 'ours')}",
    to: 'AS ours WHERE @organization + @checkpoint > 0',
    keptBy: 'test/state/world/copies.test.ts',
  },
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: a piece of the code
  {
    guard: 'what is remembered of a world goes with its rows',
    file: 'src/state/engine/remembered.ts',
    from: 'for (const place of places) place.forget(organization);',
    to: 'if (organization < 0) places.length = 0;',
    keptBy: 'test/state/engine/remembered.test.ts',
  },
];
