import { kernels } from '../../functions/kernels/index.ts';
import { manifest } from '../../functions/manifest.ts';
import { allOperations } from '../suite.ts';
import { computationTypes, openApiDocument } from './openapi.ts';

/** The files that a function serves as they are, made from the schemas and operations that validate and answer. */
export const documents = async (): Promise<Readonly<Record<string, string>>> => ({
  'openapi.json': JSON.stringify(await openApiDocument(allOperations(manifest), kernels)),
  'computation-types.json': JSON.stringify(computationTypes(kernels)),
});
