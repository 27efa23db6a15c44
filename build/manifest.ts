import { oldestNode } from '../src/ground/node-version.ts';

interface Project {
  name: string;
  version: string;
  description: string;
  license: string;
  type: string;
  [field: string]: unknown;
}

/** The package.json of what is published: what it is, and no dependencies, since all of them are bundled. */
export function manifest(project: Project): object {
  const { name, version, description, license, type, keywords, repository, homepage } = project;
  return {
    name,
    version,
    description,
    keywords,
    license,
    repository,
    homepage,
    type,
    engines: { node: `>=${oldestNode}` },
    bin: { 'datafy-emulator': './lib/main.js' },
    exports: {
      '.': { types: './lib/index.d.ts', default: './lib/index.js' },
      './vitest': { types: './lib/vitest.d.ts', default: './lib/vitest.js' },
      './openapi.json': './openapi.json',
      './seed.schema.json': './seed.schema.json',
      './package.json': './package.json',
    },
    peerDependencies: { vitest: '>=3' },
    peerDependenciesMeta: { vitest: { optional: true } },
  };
}
