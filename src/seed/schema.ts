import { worldDocument } from '../state/document/document.ts';

/**
 * The JSON Schema of seed files, for editors and for whoever checks seeds without the emulator. It is the schema that
 * imports are held against; what it cannot say, such as that an account is there, the emulator says.
 */
export function seedSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Seed of datafy-emulator',
    description: 'What a world begins with. All that is left out is filled in.',
    ...(JSON.parse(JSON.stringify(worldDocument)) as object),
  };
}
