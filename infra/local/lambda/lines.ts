/**
 * Calls back for each whole line of a stream; of one that is longer than `maxLength` the end may be missing. Returns
 * what tells the beginning of the next line, as far as it is there.
 */
export const forEachLine = (
  stream: NodeJS.ReadableStream | null,
  onLine: (line: string) => void,
  maxLength = Number.POSITIVE_INFINITY,
): (() => string) => {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    let begin = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', begin)) {
      onLine(rest + chunk.slice(begin, end));
      rest = '';
      begin = end + 1;
    }
    if (rest.length < maxLength) rest += chunk.slice(begin);
  });
  return () => rest;
};

/** The first word of a line, and the rest. */
export const firstWord = (line: string): [string, string] => {
  const space = line.indexOf(' ');
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
};
