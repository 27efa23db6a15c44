#!/usr/bin/env node
/**
 * The executable: `datafy-emulator [command]`.
 *
 * Exit codes: 0 done, stopped by a signal, or asked for help or the version; 1 a failure, or a second signal; 2 wrong
 * usage, configuration or seed; 3 the address cannot be listened on; 4 the database file was refused.
 */
import module from 'node:module';

// What V8 compiled at one start, the next need not compile again: it keeps that in the folder for temporary files. So
// all else is imported after this.
// An old Node has none, and is told so before anything is opened.
module.enableCompileCache?.();
const { run } = await import('./cli/program.ts');

await run(process.argv.slice(2), process.env);
