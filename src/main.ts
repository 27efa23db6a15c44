#!/usr/bin/env node
/**
 * The executable: `datafy-emulator [command]`.
 *
 * Exit codes: 0 done, stopped by a signal, or asked for help or the version; 1 a failure, or a second signal; 2 wrong
 * usage, configuration or seed; 3 the address cannot be listened on; 4 the database file was refused.
 */
import { run } from './cli/program.ts';

await run(process.argv.slice(2), process.env);
