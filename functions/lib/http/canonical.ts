/**
 * The one text of a JSON value (RFC 8785, JCS): members sorted by UTF-16 code units, no spaces, numbers and
 * strings as ECMAScript prints them. Members that are `undefined` are left out, as in `JSON.stringify`.
 *
 * @throws TypeError for what JSON cannot say: NaN, an infinity, a bigint, a function.
 */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const members: Readonly<Record<string, unknown>> = { ...value };
    const texts = Object.keys(members)
      .filter((name) => members[name] !== undefined)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonicalJson(members[name])}`);
    return `{${texts.join(',')}}`;
  }
  throw new TypeError(`JSON has no ${typeof value} such as this`);
};
