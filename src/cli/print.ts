import { onlySwitch } from '../options/option.ts';

/** Of every command that prints data. */
export const jsonTable = { json: onlySwitch('json', 'print it as JSON') };

/** Prints data: as JSON, or as the text that it is for a person. */
export function print(data: unknown, { json }: { json: boolean | undefined }, text: () => string): void {
  console.log(json ? JSON.stringify(data, null, 2) : text());
}

/** A table: columns as wide as what is in them, with their headings in capitals. */
export function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What is in an object, as `name=value` one after the other. */
export function pairsOf(object: object): string {
  const pairs = Object.entries(object).filter(([, value]) => value !== undefined);
  return pairs.map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' ');
}
