/** What stands before a document of EC2's [R]. */
export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** No XML 1.0 can hold these: control characters, halves of a pair, and the last two places of the plane. */
const forbidden = /[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** A reader takes a bare carriage return for the end of a line. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** A text as it stands in an element or in an attribute. A forbidden character becomes U+FFFD. */
export function escapeXml(text: string): string {
  const held = text.replace(forbidden, '\ufffd');
  return /[&<>"\r]/.test(held) ? held.replace(/[&<>"\r]/g, (character) => entities[character] as string) : held;
}
