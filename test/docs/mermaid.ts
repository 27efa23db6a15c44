import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './markdown.ts';

/** Every line that the diagrams of these pages consist of, by the kind of diagram. */
const forms: Record<string, RegExp> = {
  sequenceDiagram:
    /^ {2}(participant (?<id>\w+) as (?<name>.+)|(?<from>\w+)->>(?<to>\w+): .+|Note over (?<over>\w+(,\w+)*): .+)$/,
  'flowchart TB':
    /^ +(subgraph (?<group>\w+) \[[^[\]]+\]|end|(?<box>\w+)\["(?<text>[^"]+)"\]|(?<start>\w+) --> (?<target>\w+))$/,
  'stateDiagram-v2': /^ {4}(\[\*\]|\w+) --> (\[\*\]|\w+) : .+$/,
};

/** What is wrong with a diagram: a line that Mermaid could not read, somebody who takes no part, a file that is not there. */
export function misdrawn(diagram: string): string[] {
  const [kind = '', ...lines] = diagram.trimEnd().split('\n');
  const form = forms[kind];
  if (!form) return [`There is no ${kind}`];
  const participants = new Set<string>();
  return lines.flatMap((line) => {
    const { group, box, text, start, target, ...rest } = form.exec(line)?.groups ?? {};
    const { id = group ?? box, name = text ?? '', from = start, to = target, over } = rest;
    if (!form.test(line) || line.includes(';')) return [`No line of a ${kind}: ${line}`];
    if (id) participants.add(id);
    const unknown = [from, to, ...(over?.split(',') ?? [])].filter((each) => each && !participants.has(each));
    const files = (name.match(/[\w/-]+\.ts\b/g) ?? []).filter((file) => !existsSync(join(root, 'src', file)));
    return [...unknown.map((each) => `No participant: ${each}`), ...files.map((file) => `No file: src/${file}`)];
  });
}
