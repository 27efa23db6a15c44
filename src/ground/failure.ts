/** Why the process ends other than well; its message is one sentence for the person who reads it. */
export class Failure extends Error {
  override name = 'Failure';
  /** What the process ends with: 1 to 4, as docs/command-line.md has them. */
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    // What the user wrote is part of the sentence, and may hold line breaks.
    super(message.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' '), options);
    this.exitCode = exitCode;
  }
}

/** A command line, an environment variable or a seed that cannot be used. */
export class UsageError extends Failure {
  override name = 'UsageError';

  constructor(message: string, options?: ErrorOptions) {
    super(2, message, options);
  }
}

/** A seed that cannot be used: one line for each of the first problems, and one that counts the others. */
export class SeedError extends UsageError {
  override name = 'SeedError';

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super('', options);
    this.message = lines.map((line) => line.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ')).join('\n');
  }
}
