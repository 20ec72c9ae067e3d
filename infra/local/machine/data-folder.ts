import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PlatformError } from '../platform-error.ts';

export interface DataFolder {
  /** The file for DynamoDB's data. */
  readonly databaseFile: string;
  /** The file for the key that signs tokens. */
  readonly keyFile: string;
  close(): void;
}

/**
 * Opens a folder for one platform at a time. The lock is SQLite's, on a file of its own, because the system takes
 * such a lock back however its owner ends. Throws a {@link PlatformError} for a folder that cannot be written or is
 * in use.
 */
export const openDataFolder = (directory: string): DataFolder => {
  const problem = (error: unknown) =>
    new PlatformError(
      `Cannot write to the data folder ${directory}: ${error instanceof Error ? error.message : error}.`,
    );
  let lock: DatabaseSync;
  try {
    makeFolder(resolve(directory));
    lock = new DatabaseSync(join(directory, 'lock'));
  } catch (error) {
    throw problem(error);
  }
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (error instanceof Error && error.message.includes('locked')) {
      throw new PlatformError(
        `The data folder ${directory} is in use by another platform: end it, or choose another with --data.`,
      );
    }
    throw problem(error);
  }
  return {
    databaseFile: join(directory, 'dynamodb.sqlite'),
    keyFile: join(directory, 'signing-key.json'),
    close: () => lock.close(),
  };
};

/** Makes a folder and those above it. Node.js's own way to do that never ends for a folder inside /proc. */
const makeFolder = (directory: string): void => {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeFolder(parent);
  mkdirSync(directory);
};
