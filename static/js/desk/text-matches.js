// Find words in a text; pure. Upper and lower case are alike, any white space is as good as another.
const SIGNS = /[\\^$.*+?()[\]{}|/]/g;
const MOST = 2000;

/** [[start, end]] in UTF-16 units, each inside one of the segments ({start, end}), none over another. */
export const findMatches = (text, words, segments) => {
  const wanted = words.trim().replaceAll(SIGNS, "\\$&").replaceAll(/\s+/g, "\\s+");
  if (!wanted) return [];
  const pattern = new RegExp(wanted, "giu");
  const found = segments.flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(pattern)].map((match) => [start + match.index, start + match.index + match[0].length]));
  return found.slice(0, MOST);
};

/** The match at or after this offset, or the first. */
export const matchFrom = (matches, offset) => Math.max(0, matches.findIndex(([, end]) => end > offset));
