/** The headers of a request, whatever the case of their names. `Name` is which of them may be read. */
export interface Headers<Name extends string = string> {
  /** A function and no method, so that TypeScript refuses to read what an operation does not declare. */
  readonly header: (name: Name) => string | undefined;
}

/** How a header is documented. */
export interface HeaderDescription<Name extends string = string> {
  readonly name: Name;
  readonly description: string;
  readonly example?: string;
}

/**
 * A header of a request: how it is documented, and how its text becomes a value. An operation declares the headers
 * that it reads; the API document and what a browser may send (CORS) follow from that.
 */
export interface RequestHeader<T, Name extends string = string> extends HeaderDescription<Name> {
  /** Takes time in proportion to the length of the header, whatever a client sends. */
  read(request: Headers<Name>): T;
}

/** The elements of a header that is a list, untrimmed; none when the header is absent. */
export const listElements = <Name extends string>(request: Headers<Name>, name: Name): readonly string[] =>
  request.header(name)?.split(',') ?? [];
