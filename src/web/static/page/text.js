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
