import '../node-version.mjs';
import { parseArgs } from 'node:util';
import { requestToken } from '../local/auth/request-token.ts';
import { PlatformError } from '../local/platform-error.ts';

const options = {
  tenant: { type: 'string', default: 'me' },
  scope: { type: 'string' },
  url: { type: 'string', default: 'http://localhost:3000' },
  help: { type: 'boolean', default: false },
} as const;

const help = (scopes: readonly string[]): string => `Prints a token for the platform that npm start runs.

  npm run -s token -- [--tenant NAME] [--scope "SCOPE …"] [--url URL]

  --tenant NAME   whose token: any name is a tenant of its own (default: ${options.tenant.default})
  --scope SCOPES  what it allows: ${scopes.join(', ')} (default: all)
  --url URL       where the platform answers (default: ${options.url.default})
  --help          this text`;

/** The scopes that operations need; loaded when they are asked for, because that takes longer than getting a token. */
const scopes = async (): Promise<string[]> => {
  const [{ manifest }, { allOperations }] = await Promise.all([
    import('../../functions/manifest.ts'),
    import('../suite.ts'),
  ]);
  return [...new Set(allOperations(manifest).flatMap(({ scope }) => scope ?? []))].sort();
};

const parse = () => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split('. ');
    throw new PlatformError(`${sentence}: see npm run -s token -- --help.`);
  }
};

try {
  const { help: wantsHelp, url, tenant, scope } = parse();
  console.log(
    wantsHelp ? help(await scopes()) : await requestToken(url.replace(/\/$/, ''), { tenant, scope }),
  );
} catch (error) {
  console.error(error instanceof PlatformError ? error.message : error);
  process.exit(1);
}
