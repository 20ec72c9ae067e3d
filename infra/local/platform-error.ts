/** Something that the reader can put right: its message is a whole sentence, and a stack trace would only hide it. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
}
