import type { Command } from 'commander';
import { addExamples } from '../help.ts';
import { jsonTable, print } from '../print.ts';
import { isWithoutControl, remote } from '../remote.ts';

export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'until datafy-emulator health; do sleep 0.2; done');
  remote(command, env, jsonTable, async ({ client, url, flags }) => {
    const health = await client.health().catch((error) => {
      if (isWithoutControl(error)) return undefined;
      throw error;
    });
    print(health ?? { status: 'ok', control: false }, flags, () => {
      if (!health) return `ok: a datafy-emulator without its control surface on ${url}`;
      const { status, version, uptimeSeconds } = health;
      return `${status}: datafy-emulator ${version} on ${url}, for ${uptimeSeconds} s`;
    });
  });
}
