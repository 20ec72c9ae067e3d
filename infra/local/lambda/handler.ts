import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlatformError } from '../platform-error.ts';
import type { FunctionDefinition } from './definition.ts';
import { logStream } from './environment.ts';

/** What the runtime of an instance is told when its process starts. */
export interface Initialization {
  /** URL of the module that exports the handler. */
  readonly module: string;
  readonly exportName: string;
  /** What is the same in the context of every invocation. */
  readonly context: Readonly<Record<string, string>>;
}

/** Finds the module and the export that a handler such as `index.handler` names, and says who the function is. */
export const initializationOf = (definition: FunctionDefinition): Initialization => {
  const { logicalId, directory, handler } = definition;
  const dot = handler.lastIndexOf('.');
  const [name, exportName] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = ['.mjs', '.js']
    .map((extension) => join(directory, name + extension))
    .find((each) => existsSync(each));
  if (file === undefined)
    throw new PlatformError(`${logicalId}.Handler is ${handler}, but its asset has no ${name}.mjs.`);
  return {
    module: pathToFileURL(file).href,
    exportName,
    context: {
      functionName: definition.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: definition.arn,
      memoryLimitInMB: String(definition.memoryMegabytes),
      logGroupName: definition.logGroup,
      logStreamName: logStream,
    },
  };
};
