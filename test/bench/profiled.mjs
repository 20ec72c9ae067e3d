// Loaded into a process before all else: a first SIGUSR2 begins a profile of its processor, a second ends it and writes
// it to the folder of PROFILES. That the process can be profiled, it says there with a file of its number.

import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

// biome-ignore lint/style/noProcessEnv: what the bench says
const file = join(process.env.PROFILES, String(process.pid));
let session;

process.on('SIGUSR2', async () => {
  if (session === undefined) {
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  } else {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(`${file}.part`, JSON.stringify(profile));
    renameSync(`${file}.part`, `${file}.json`);
  }
});
writeFileSync(file, '');
