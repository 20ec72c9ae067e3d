import '../node-version.mjs';
import { parseArgs } from 'node:util';
import { requestToken } from '../local/auth/request-token.ts';
import { PlatformError } from '../local/platform-error.ts';

const help = `Prints a token for the platform that npm start runs.

  npm run -s token -- [--tenant NAME] [--scope "SCOPE …"] [--url URL]

  --tenant NAME   whose token: any name is a tenant of its own (default: me)
  --scope SCOPES  what it allows: items/read, items/write, computations/read, computations/write (default: all)
  --url URL       where the platform answers (default: http://localhost:3000)
  --help          this text`;

const options = {
  tenant: { type: 'string', default: 'me' },
  scope: { type: 'string' },
  url: { type: 'string', default: 'http://localhost:3000' },
  help: { type: 'boolean', default: false },
} as const;

const parse = () => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split('. ');
    throw new PlatformError(`${sentence}: see npm run -s token -- --help.`);
  }
};

try {
  const { help: asked, url, tenant, scope } = parse();
  console.log(asked ? help : await requestToken(url.replace(/\/$/, ''), { tenant, scope }));
} catch (error) {
  console.error(error instanceof PlatformError ? error.message : error);
  process.exit(1);
}
