import { expect, test } from 'vitest';
import { type SettingName, series, settingNames, settings } from '../../../src/state/simulation/index.ts';
import { codes, readPage, section, table } from '../../docs/markdown.ts';
import { begin, curveOf, day, hour, Life, ordinary } from './life.ts';

const page = readPage('docs/simulation.md');

const count = new Intl.NumberFormat('en-US');
const written = (value: unknown) => (typeof value === 'number' ? count.format(value) : String(value));

test('the page has every setting, with its default, its range and its words', () => {
  const rows = table(page, 'The settings', ['Setting', 'Default', 'Range', 'Meaning']);
  expect(rows).toEqual(
    settingNames.map((name: SettingName) => {
      const { default: usual, minimum, maximum, words } = settings[name];
      const Range = minimum === undefined ? 'true, false' : `${written(minimum)} to ${written(maximum)}`;
      return { Setting: `\`${name}\``, Default: written(usual), Range, Meaning: words };
    }),
  );
});

/** Provisioned space as a line, and use as what stands below it. */
function plot(): string {
  const night = { lowGb: 400, highGb: 700, riseSeconds: 2 * hour, holdSeconds: 2 * hour, dropSeconds: 0 };
  const life = Life.created(ordinary(curveOf({ shape: 'sawtooth', ...night, periodSeconds: day }))).through(
    begin + day,
  );
  const points = series(life.history, life.state, begin, begin + day - hour / 2, 48);
  const rows = [1000, 900, 800, 700, 600, 500, 400, 300, 200, 100].map((gb) => {
    const cells = points.map(({ provisionedGb, used }) => {
      if (Math.round(provisionedGb / 100) * 100 === gb) return '─';
      return (used as number) / 1000 >= gb ? '█' : ' ';
    });
    return `${String(gb).padStart(5)} │${cells.join('')}`.trimEnd();
  });
  const hours = Array.from({ length: 12 }, (_, index) => String(2 * index).padEnd(4))
    .join('')
    .trimEnd();
  return [`  GiB │ ─ provisioned   █ used`, ...rows, `      └${'─'.repeat(48)}`, `       ${hours}  hour`, ''].join(
    '\n',
  );
}

test('the page shows the day that the model lives', () => {
  expect(section(page, 'What happens')).toContain(`\`\`\`text\n${plot()}\`\`\`\n`);
});

test('the page names no setting that is not there', () => {
  const named = codes(page).filter((each) => /^[a-z]+([A-Z][a-z]+)+$/.test(each));
  expect(named.length).toBeGreaterThan(settingNames.length);
  expect(named.filter((each) => !(settingNames as string[]).includes(each))).toEqual([]);
});
