// How texts are compared: as the server compares them, whichever form a device has typed them in.

/** Whether two texts are the same to a reader: canonically equal. @param {string} one @param {string} other */
export const isSameText = (one, other) => one.normalize('NFC') === other.normalize('NFC');

/** Whether a text has a character that can be seen. @param {string} text */
export const canBeSeen = (text) => /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);

/** A text as searches compare it: without case, and half- and full-width forms alike. @param {string} text */
export const searchKey = (text) => text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');

/**
 * Where a word stands in a text, as searches compare them.
 * @param {string} text @param {string} word
 * @returns {[number, number][]} from where to where, in order
 */
export function hitsOf(text, word) {
  const key = searchKey(word.trim());
  if (!key) return [];
  // What a reader sees as one character is one: a letter with its accent, or a syllable of several parts.
  let folded = '';
  /** @type {{start: number, end: number}[]} for each character of `folded`, where it comes from */
  const origins = [];
  for (const { segment, index } of charactersOf(text)) {
    const ofSegment = searchKey(segment);
    folded += ofSegment;
    for (let unit = 0; unit < ofSegment.length; unit += 1) origins.push({ start: index, end: index + segment.length });
  }
  /** @type {[number, number][]} */
  const hits = [];
  for (let at = folded.indexOf(key); at >= 0; at = folded.indexOf(key, at + key.length)) {
    hits.push([origins[at].start, origins[at + key.length - 1].end]);
  }
  return hits;
}

/** @param {string} text @returns {Iterable<{segment: string, index: number}>} */
function charactersOf(text) {
  if (Intl.Segmenter) return new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  let index = 0;
  return [...text].map((segment) => ({ segment, index: (index += segment.length) - segment.length }));
}

/** An address as the API takes it, or null if it is none. People leave out the `https://`. @param {string} text */
export function httpAddress(text) {
  const typed = text.trim();
  const address = /^[a-z][a-z\d+.-]*:/i.test(typed) && !/^[^/]+:\d+/.test(typed) ? typed : `https://${typed}`;
  try {
    const { protocol, hostname } = new URL(address);
    return /^https?:$/.test(protocol) && hostname && !/\s/.test(typed) ? address : null;
  } catch {
    return null;
  }
}

/** Where addresses stand in a text, without the signs that end a sentence. @param {string} text @returns {[number, number][]} from where to where, in order */
export function addressesIn(text) {
  return [...text.matchAll(/\bhttps?:\/\/[^\s<>"“”]+/gi)].flatMap(({ 0: found, index = 0 }) => {
    let address = found.replace(/[.,;:!?'’»]+$/, '');
    // A bracket belongs to it if it was opened there.
    while (/[)\]]$/.test(address) && count(address, /[)\]]/g) > count(address, /[([]/g)) address = address.slice(0, -1).replace(/[.,;:!?'’»]+$/, '');
    return httpAddress(address) ? [[index, index + address.length]] : [];
  });
}

/** @param {string} text @param {RegExp} pattern */
const count = (text, pattern) => (text.match(pattern) ?? []).length;
