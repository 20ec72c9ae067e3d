import { writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { assetSizes } from './assets.ts';
import { coldStarts } from './cold-start.ts';
import { engineOverhead } from './engine.ts';
import { type Figure, markdown } from './figure.ts';
import { growth } from './growth.ts';
import { localHttp } from './http.ts';
import { kernelFigures } from './kernels.ts';
import { memory } from './memory.ts';
import { twoWorkers } from './two-workers.ts';
import { billableUnits } from './units.ts';
import { warmOverhead } from './warm.ts';

const figures: readonly Figure[] = [
  coldStarts,
  assetSizes,
  warmOverhead,
  localHttp,
  engineOverhead,
  ...kernelFigures,
  twoWorkers,
  billableUnits,
  growth,
  memory,
];

const machine = (): string => {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'an unknown processor'}, ${memory} GB, ${platform()} ${arch()}, Node.js ${process.versions.node}`;
};

/** One figure as a section of a document. */
const section = async ({ title, name, about, measure }: Figure): Promise<string> => {
  const measured = markdown(await measure());
  return `## ${title}\n\n${about} Alone: \`npm run bench -- ${name}\`.\n\n${measured}\n`;
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !figures.some((figure) => figure.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no ${unknown.join(', ')}; there are ${figures.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}

const sections: string[] = [];
for (const figure of figures) {
  if (wanted.length > 0 && !wanted.includes(figure.name)) continue;
  const text = await section(figure);
  console.log(text);
  sections.push(text);
}

// Some figures alone are for reading, all of them are the document.
if (wanted.length === 0) {
  const head = `# Benchmarks

What \`npm run bench\` measured in one run. Each figure is the median of several turns with its baseline. Absolute figures are
of this machine; ratios hold elsewhere. A peer that is not installed is left out, and named.

Machine: ${machine()}.
`;
  await writeFile(new URL('../../docs/benchmarks.md', import.meta.url), [head, ...sections].join('\n'));
}
