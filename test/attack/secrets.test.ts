import * as fs from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, run } from '../cli/executable.ts';
import { done, operationsOf, type Send, wire } from '../routes/control/control.ts';
import type { Method } from '../support/world.ts';

// Fifty secrets go through the whole surface of the executable, each with a mark. They are looked for in all that comes
// out of it, and in all that it keeps.

const marked = (what: string, count: number) => Array.from({ length: count }, (_, at) => `marked-${what}-${at}-c0ffee`);

const accountId = '11111111-2222-4333-8444-555555555555';
const control = 'marked-control-c0ffee';
const seeded = marked('seed', 10);
const inHeaders = marked('header', 8);
const inQueries = marked('query', 8);
/** Where the name of a parameter should be: only the answer says that there is none of that name. */
const inNames = marked('name', 4);
const inBodies = marked('body', 6);
const malformed = marked('malformed', 8);

/** Every form in which it might be written somewhere. */
const forms = (mark: string) => {
  const bytes = Buffer.from(mark);
  return [
    mark,
    mark.toUpperCase(),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/.=*$/, ''),
    [...bytes].join(','),
  ];
};

describe.each(['json', 'pretty'])('with a log in %s', (format) => {
  let folder: string;
  let running: Running;
  let send: Send;
  let port: number;
  /** The secrets that were minted, and all other marks. */
  let marks: string[];
  /** All answers but those that minted a secret, by what was called. */
  const answers: { call: string; text: string }[] = [];
  /** What is seen from outside, by where. */
  const seen: Record<string, string> = {};

  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const trusted = bearer(control);

  const call: Send = async (method, url, body, headers) => {
    const answer = await send(method, url, body, headers);
    answers.push({ call: `${method} ${url}`, text: `${answer.text}${JSON.stringify(answer.headers)}` });
    return answer;
  };

  /** Sends bytes as they are; they need not be answered. */
  const sendRaw = (bytes: string) =>
    new Promise<void>((over) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(bytes, 'latin1')));
      let text = '';
      socket.setEncoding('latin1').on('data', (more) => {
        text += more;
      });
      socket
        .on('error', () => {})
        .on('close', () => {
          answers.push({ call: bytes.slice(0, 30), text });
          over();
        });
    });

  beforeAll(async () => {
    folder = fs.mkdtempSync(join(tmpdir(), 'datafy-emulator-'));
    const seed = join(folder, 'seed.json');
    const tokens = seeded.map((token, at) => ({ token, accountId, ...(at > 7 && { readOnly: true }) }));
    fs.writeFileSync(seed, JSON.stringify({ accounts: [{ accountId, name: 'marked' }], tokens }));
    const argv = ['--port', '0', '--db', join(folder, 'world.db'), '--seed', seed];
    running = run([...argv, '--log-level', 'trace', '--log-format', format, '--control-token', control]);
    const [, url = '', found] = await running.says(/ ready on (http:\/\/\S+:(\d+)) /);
    port = Number(found);
    send = wire(url);

    // What is minted is in these answers, and nowhere else.
    const minted: string[] = [];
    for (let count = 0; count < 6; count++) {
      const body = { description: 'new', expireInMinutes: 0, roleIds: [] };
      minted.push(
        (await done(send('POST', `/api/v1/accounts/${accountId}/tokens`, body, bearer(seeded[count]!)))).secret,
      );
    }
    const made = await done(send('POST', '/_emulator/organizations', { accounts: [{}, {}, {}] }, trusted));
    minted.push(made.token, ...made.accounts.map(({ token }: { token: string }) => token));
    marks = [control, ...seeded, ...inHeaders, ...inQueries, ...inNames, ...inBodies, ...malformed, ...minted];

    const listeners = ['', `/organizations/${made.organizationId}`].map((world) => listen(`/_emulator${world}/events`));

    // Every call there is, with everything said everywhere it could be.
    const documents = [
      (await send('GET', '/openapi.json')).body,
      (await send('GET', '/_emulator/openapi.json', undefined, trusted)).body,
    ];
    const operations = documents.flatMap((document) => operationsOf(document));
    expect(operations.length).toBeGreaterThan(90);
    let turn = 0;
    const next = (from: readonly string[]) => from[turn++ % from.length] as string;
    const names = [
      'X-Api-Key',
      'Cookie',
      'X-Auth-Token',
      'X-Amz-Security-Token',
      'X-Password',
      'X-Client-Secret',
      'Proxy-Authorization',
      'Api-Key',
    ];
    const parameters = ['token', 'access_token', 'api_key', 'password', 'secret', 'authorization', 'x', 'key'];
    for (const { method, path, operation } of operations) {
      // What would end it all, or never ends.
      if (/^DELETE .*\/organizations\/\{\w+\}$|\/events$|\/reset$/.test(`${method} ${path}`)) continue;
      const isControl = path.startsWith('/_emulator');
      for (const secret of isControl ? [control, next(malformed)] : [next(seeded), next(minted), next(malformed)]) {
        const values: Record<string, string> = { organizationId: made.organizationId, accountId };
        const fill = (other: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? other);
        const query = `${next(parameters)}=${next(inQueries)}&${next(inNames)}`;
        const headers = { ...bearer(secret), [next(names)]: next(inHeaders), [next(names)]: next(inHeaders) };
        const body = operation.requestBody && {
          token: next(inBodies),
          access_token: next(inBodies),
          secret: next(inBodies),
          apiKey: next(inBodies),
          nested: [{ password: next(inBodies) }],
        };
        await call(method as Method, `${fill('none')}?${query}`, body, headers);
        // Mistaken for what belongs there: it is the caller's own, or has the form of one that is minted.
        await call(
          method as Method,
          `${fill(secret)}?${query}&accounts=${next(minted)}`,
          operation.requestBody && `"${secret}"`,
          headers,
        );
        await call(
          method as Method,
          fill(next(minted)),
          operation.requestBody && { tags: [next(minted)], source: next(minted) },
          headers,
        );
      }
    }
    for (const secret of [...malformed, ...minted, ...seeded]) {
      for (const authorization of [
        secret,
        `Basic ${secret}`,
        `Bearer ${secret} x`,
        `Bearer x ${secret}`,
        `Bearer ${secret},x`,
        `bearer\t${secret}`,
        `Token ${secret}`,
      ]) {
        await call('GET', '/api/v1/volumes', undefined, { authorization });
        await call('GET', '/_emulator/clock', undefined, { authorization });
      }
      await call('GET', `/nowhere/${secret}`, undefined, bearer(secret));
      const head = `Host: localhost\r\nAuthorization: Bearer ${secret}\r\n`;
      await sendRaw(`GET / HTTP/9.9\r\n${head}\r\n`);
      await sendRaw(`POST /api/v1/accounts HTTP/1.1\r\n${head}Content-Length: x\r\n\r\n`);
      await sendRaw(`POST /api/v1/accounts HTTP/1.1\r\n${head}Content-Length: 99\r\n\r\n{"token": "${secret}`);
      await sendRaw(`GET http://user:${secret}@localhost/ HTTP/1.1\r\n${head}\r\n`);
      await sendRaw(`GET /%zz?token=${secret} HTTP/1.1\r\n${head}\r\n`);
      await sendRaw(`GET /api/v1/volumes HTTP/1.1\r\nHost: ${secret}@localhost\r\n\r\n`);
    }

    // What it shows of what has happened, and what it keeps.
    const worlds = {
      'of the default world': '/_emulator',
      'of another world': `/_emulator/organizations/${made.organizationId}`,
    };
    for (const [which, base] of Object.entries(worlds)) {
      for (const what of ['requests?limit=5000', 'state', 'faults', 'checkpoints', 'accounts', 'clock']) {
        const { status, text } = await send('GET', `${base}/${what}`, undefined, trusted);
        expect(status).toBe(200);
        seen[`${what.split('?')[0]} ${which}`] = text;
      }
    }
    seen.events = (await Promise.all(listeners)).map(({ heard }) => heard()).join('\n');
    const read = (file: string) => fs.readFileSync(join(folder, file), 'latin1');
    const files = () => fs.readdirSync(folder).filter((file) => file.startsWith('world.db'));
    for (const file of files()) seen[`${file} while it runs`] = read(file);
    for (const { socket } of await Promise.all(listeners)) socket.destroy();
    running.child.kill();
    expect(await running.ended).toBe(0);
    for (const file of files()) seen[`${file} once it has ended`] = read(file);
    seen.stdout = running.output.stdout;
    seen.stderr = running.output.stderr;
    seen.answers = answers
      .map(({ call: what, text }) => `${what}\n${text}`)
      .join('\n')
      .replaceAll(/^\w+ \/.*$/gm, '');
  }, 120_000);

  afterAll(() => {
    running?.child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true });
  });

  /** A connection on which events come. */
  async function listen(url: string): Promise<{ socket: Socket; heard(): string }> {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('latin1').on('data', (more) => {
      heard += more;
    });
    socket.write(`GET ${url} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${control}\r\n\r\n`);
    return { socket, heard: () => heard };
  }

  test('there are fifty secrets and more, all of them different', () => {
    expect(new Set(marks).size).toBeGreaterThanOrEqual(50);
    expect(Math.min(...marks.map(({ length }) => length))).toBeGreaterThan(16);
  });

  test('all of it has been seen: the journal, the log and the events speak of what was called', () => {
    expect(JSON.parse(seen['requests of the default world']!).count).toBeGreaterThan(100);
    expect(seen.stderr!.split('\n').length).toBeGreaterThan(500);
    expect(seen.events).toContain('event: request');
    expect(seen['state of the default world']).toContain('"secretHash"');
    expect(seen['world.db while it runs']).toContain('SQLite format 3');
    expect(Object.keys(seen).filter((where) => where.endsWith('-wal while it runs'))).toHaveLength(1);
    expect(answers.length).toBeGreaterThan(1_000);
  });

  test('none is found in anything but the answer that mints it', () => {
    const found = Object.entries(seen).flatMap(([where, text]) =>
      marks
        .filter((mark) => where !== 'answers' || !inNames.includes(mark))
        .flatMap((mark) =>
          forms(mark)
            .filter((form) => text.includes(form))
            .map((form) => ({
              where,
              mark: mark.slice(0, 30),
              around: text.slice(text.indexOf(form) - 120, text.indexOf(form) + 40),
            })),
        ),
    );
    expect(found).toEqual([]);
  });
});
