import { expect } from 'vitest';
import { AwsError } from '../../../../src/routes/aws/wire/index.ts';

/** What something was refused with; it fails where it was not. */
export function refusal(act: () => unknown): AwsError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(AwsError);
    return error as AwsError;
  }
  throw new Error('It was not refused');
}

/** That something is refused with a code, a sentence and a status. */
export function expectRefusal(act: () => unknown, code: string, message: string, status = 400): void {
  const { code: found, message: said, status: answered } = refusal(act);
  expect({ code: found, message: said, status: answered }).toEqual({ code, message, status });
}
