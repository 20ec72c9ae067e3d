import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlatformError } from '../platform-error.ts';

/** What CDK writes beside a template: where each file lies that a deployment would upload, and under which key. */
interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** Finds the folder of an asset by the S3 key that the template gives it; `where` names the place in messages. */
export const assetFolders = (manifestFile: string): ((key: string, where: string) => string) => {
  const manifest: AssetManifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  const paths = new Map(
    Object.values(manifest.files ?? {}).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, source.path]),
    ),
  );
  return (key, where) => {
    const path = paths.get(key);
    if (path === undefined) throw new PlatformError(`${where}: the asset ${key} was not synthesized.`);
    return join(dirname(manifestFile), path);
  };
};
