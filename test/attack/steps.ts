import parser, { type AstNode } from 'regjsparser';

/** More steps than any text of ours needs: what takes more never ends. */
const most = 200_000;

type Next = (at: number) => boolean;

/**
 * How many steps a backtracking matcher takes to search a text for a pattern, as the engines of JavaScript do it: every
 * start, every way to go on from there, in order, until one leads to the end.
 */
export function stepsOf(pattern: string, flags: string, text: string): number {
  const root = parser.parse(pattern, flags.replace('g', ''), {
    lookbehind: true,
    unicodePropertyEscape: true,
  }) as AstNode;
  const units = flags.includes('u') ? [...text] : text.split('');
  const atoms = new Map<string, RegExp>();
  let steps = 0;

  /** Whether one character agrees with a node that stands for one. */
  function agrees(raw: string, at: number): boolean {
    const atom = atoms.get(raw) ?? new RegExp(`^(?:${raw})$`, flags.replace('g', ''));
    atoms.set(raw, atom);
    return at < units.length && atom.test(units[at] ?? '');
  }

  function all(nodes: readonly AstNode[], at: number, next: Next): boolean {
    const [first, ...rest] = nodes;
    return first === undefined ? next(at) : match(first, at, (after) => all(rest, after, next));
  }

  function match(node: AstNode, at: number, next: Next): boolean {
    if (++steps > most) throw new RangeError('It never ends');
    switch (node.type) {
      case 'alternative':
        return all(node.body as AstNode[], at, next);
      case 'disjunction':
        return (node.body as AstNode[]).some((each) => match(each, at, next));
      case 'group':
        return group(node.behavior, node.body as AstNode[], at, next);
      case 'quantifier': {
        const { min, max = Number.POSITIVE_INFINITY, greedy } = node;
        const [body] = node.body as AstNode[];
        const repeat = (count: number, here: number): boolean => {
          const more = () =>
            count < max &&
            match(body as AstNode, here, (after) => (after > here || count < min) && repeat(count + 1, after));
          const enough = () => count >= min && next(here);
          return greedy ? more() || enough() : enough() || more();
        };
        return repeat(0, at);
      }
      case 'anchor':
        return anchored(node.kind, at) && next(at);
      default:
        return agrees(node.raw, at) && next(at + 1);
    }
  }

  function group(behavior: string, body: readonly AstNode[], at: number, next: Next): boolean {
    switch (behavior) {
      case 'lookahead':
        return all(body, at, () => true) && next(at);
      case 'negativeLookahead':
        return !all(body, at, () => true) && next(at);
      case 'normal':
      case 'ignore':
        return all(body, at, next);
      default:
        throw new Error(`No pattern of ours looks back: ${pattern}`);
    }
  }

  function anchored(kind: string, at: number): boolean {
    if (kind === 'start') return at === 0;
    if (kind === 'end') return at === units.length;
    const isBoundary = agrees('\\w', at - 1) !== agrees('\\w', at);
    return (kind === 'boundary') === isBoundary;
  }

  try {
    for (let start = 0; start <= units.length; start++) if (match(root, start, () => true)) break;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return Number.POSITIVE_INFINITY;
  }
  return steps;
}
