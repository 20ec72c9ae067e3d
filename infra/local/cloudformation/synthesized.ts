/** What CDK wrote: the template of one stack and the manifest of its assets. */
export interface Synthesized {
  readonly stackName: string;
  readonly templateFile: string;
  readonly assetManifestFile: string;
  /** Removes what was written; the platform calls it when it has ended. */
  remove(): Promise<void>;
}
