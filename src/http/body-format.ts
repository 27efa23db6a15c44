import type { FastifyInstance } from 'fastify';

/** A body that could not be read, or the value that it is: undefined where it is empty. */
export type Parse = (text: string, done: (error: Error | null, value?: unknown) => void) => void;

/** A format of bodies: how they are read, and how they are shown once they are. */
export interface BodyFormat {
  /** Whether a Content-Type names it. Without one, and for an empty body, nobody asks. */
  accepts(contentType: string): boolean;
  /** What a caller is told to send: `JSON, with "Content-Type: application/json" or none at all`. */
  readonly expected: string;
  /** What is thrown for bytes that are no UTF-8. */
  notText(): Error;
  /** What reads the bodies of an instance. */
  reader(app: FastifyInstance): Parse;
  /**
   * A body as the journal shows it: its fields one by one, so that those that are secret by their name can be told
   * apart. Throws where the text is not of this format.
   *
   * @param hide is given each field by its name, and answers what is shown of it.
   */
  show(text: string, hide: (name: string, value: unknown) => unknown): unknown;
}
