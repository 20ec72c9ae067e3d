import type { Platform } from '../local/platform.ts';

/** Where the platform answers, as a browser names it. */
export const urlOf = (platform: Platform): string => platform.url.replace('127.0.0.1', 'localhost');
