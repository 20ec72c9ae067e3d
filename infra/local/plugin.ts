import type { FunctionIdentity } from './lambda/definition.ts';
import type { LineText } from './log/log.ts';
import type { Platform } from './platform.ts';

/**
 * What a project adds to the platform for itself. Every member is optional; where several plugins have one that can be
 * needed only once, the first of them has it.
 */
export interface Plugin {
  /** What people call a resource to which this output of the stack refers; by default its logical id. */
  label?(output: string): string;
  /** What people read of a function's line; undefined: they need not read it. By default they read all of it. */
  describeLine?(line: string): LineText | undefined;
  /** Stands between the functions and a service; undefined: they reach it directly. */
  interceptService?(name: string, endpoint: string): Promise<Interception> | undefined;
  /** Milliseconds after which the instance that now begins an event is killed; undefined: it is not. */
  killAfter?(definition: FunctionIdentity): number | undefined;
  /** A panel of the platform's page. */
  readonly panel?: Panel;
  /** Called when everything runs, before the platform answers its first request. */
  onStart?(platform: Platform): unknown;
}

/** Where the functions find a service in place of its own endpoint. */
interface Interception {
  readonly endpoint: string;
  stop(): Promise<unknown>;
}

/** What a panel shows, and how. */
export interface Panel {
  /** Its member of the page's state, and the name of its files. */
  readonly name: string;
  /** An ES module for the browser, which calls `addPanel` of the page's own script. */
  readonly script: URL;
  readonly style?: URL;
  /** Called at the start; what it returns is called for each look at the page. Undefined: there is nothing to show. */
  dataOf(platform: Platform): (() => unknown) | undefined;
}

/** An option of the command line that adds a plugin: `--NAME ARGUMENT`. */
export interface PluginOption {
  readonly name: string;
  /** What its value is called, such as `FILE`. */
  readonly argument: string;
  readonly help: string;
  /** Makes the plugin of the option's value. Rejects with a `PlatformError` for one that is wrong. */
  plugin(value: string): Promise<Plugin>;
}
