import type { FastifyRequest } from 'fastify';
import { EmulatorError } from '../../ground/errors.ts';
import { typeName } from '../../http/validation.ts';

/**
 * The published document declares `volumeSizeGB` and requires `volumeSizeGb`, so callers send the one or the other:
 * whichever came is given both names, and then validated. Two different values are refused [A].
 */
export async function acceptEitherSpelling(request: FastifyRequest): Promise<void> {
  const body = request.body;
  if (typeof body !== 'object' || body === null) return;
  const { volumeSizeGB: upper, volumeSizeGb: lower } = body as Record<string, unknown>;
  if (upper !== undefined && lower !== undefined && upper !== lower) {
    throw new EmulatorError('size-contradictory', { upper, lower });
  }
  const size = lower === undefined ? upper : lower;
  if (size === undefined) return;
  if (lower !== undefined && !Number.isInteger(lower)) {
    // Validation would name the other spelling.
    throw new EmulatorError('request-invalid', {
      problems: `body/volumeSizeGb must be integer, not ${typeName(lower)}`,
    });
  }
  if (lower === undefined) request.call.names = { sizeGb: 'volumeSizeGB' };
  Object.assign(body, { volumeSizeGB: size, volumeSizeGb: size });
}
