/** What reads request headers, whatever the case of their names. */
export interface Headers {
  header(name: string): string | undefined;
}

/** The elements of a header that is a list of tokens, untrimmed; none when it is absent. */
export const listIn = (request: Headers, name: string): readonly string[] =>
  request.header(name)?.split(',') ?? [];
