import type { Random } from '../ports.ts';

/** 128 unpredictable bits as 22 characters of base64url: an epoch, an id or a write's token. */
export const newToken = (random: Random): string => Buffer.from(random.bytes(16)).toString('base64url');
