/** What stands before a document of EC2's [R]. */
export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What may not stand as it is: marks of XML, controls, and the last two places of the plane. */
const special = /[\p{Cc}&<>"\ufffe\uffff]/gu;

/** A reader takes a bare carriage return for the end of a line. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Nearly every text: it is let through without a closer look, which would be most of the work of an answer. */
const plain = /^[ !#-%'-;=?-~]*$/;

/** A text as it stands in an element or in an attribute. What no XML 1.0 can hold, and half of a pair, becomes U+FFFD. */
export function escapeXml(text: string): string {
  if (plain.test(text)) return text;
  return text.toWellFormed().replace(special, (character) => entities[character] ?? held(character));
}

function held(character: string): string {
  const isControl = character < ' ' && character !== '\t' && character !== '\n';
  return isControl || character > '\ufffd' ? '\ufffd' : character;
}
