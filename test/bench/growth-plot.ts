/** Points of one kind: joined by a line, or marked. */
interface Series {
  readonly name: string;
  readonly kind: 'line' | 'marks';
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Axis {
  readonly title: string;
  /** The powers of ten from which and to which it goes. */
  readonly from: number;
  readonly to: number;
}

export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 440;
const MARGIN = { left: 76, right: 44, top: 48, bottom: 60 };

/** A plot on two logarithmic axes as SVG, readable on light and dark. */
export const logLogPlot = ({ title, x, y, series }: Plot): string => {
  const inner = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const place = ({ from, to }: Axis, value: number) => (Math.log10(value) - from) / (to - from);
  const across = (value: number) => round(MARGIN.left + place(x, value) * inner.width);
  const down = (value: number) => round(MARGIN.top + (1 - place(y, value)) * inner.height);
  const [left, right, top, bottom] = [MARGIN.left, WIDTH - MARGIN.right, MARGIN.top, HEIGHT - MARGIN.bottom];

  const columns = powers(x).map(
    (value) =>
      `<path class="grid" d="M${across(value)} ${top}V${bottom}"/><text x="${across(value)}" y="${bottom + 20}" text-anchor="middle">${label(value)}</text>`,
  );
  const rows = powers(y).map(
    (value) =>
      `<path class="grid" d="M${left} ${down(value)}H${right}"/><text x="${left - 10}" y="${down(value) + 4}" text-anchor="end">${label(value)}</text>`,
  );
  const drawn = series.map(({ kind, points }) =>
    kind === 'line'
      ? `<path class="line" d="M${points.map(([a, b]) => `${across(a)} ${down(b)}`).join('L')}"/>`
      : points.map(([a, b]) => `<circle class="mark" cx="${across(a)}" cy="${down(b)}" r="4.5"/>`).join(''),
  );
  const key = series.map(({ name, kind }, n) => {
    const at = top + 22 + n * 22;
    const sign =
      kind === 'line'
        ? `<path class="line" d="M${left + 16} ${at}h28"/>`
        : `<circle class="mark" cx="${left + 30}" cy="${at}" r="4.5"/>`;
    return `${sign}<text x="${left + 54}" y="${at + 4}">${name}</text>`;
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}">
<style>
svg { background: #ffffff; color: #1f2328; font: 13px system-ui, sans-serif; }
text { fill: currentColor; }
.title { font-size: 15px; font-weight: 600; }
.grid { stroke: #d1d9e0; fill: none; }
.line { stroke: #8250df; stroke-width: 2; fill: none; }
.mark { fill: #0969da; }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; color: #f0f6fc; }
  .grid { stroke: #3d444d; }
  .line { stroke: #ab7df8; }
  .mark { fill: #4493f8; }
}
</style>
<text class="title" x="${left}" y="26">${title}</text>
${[...columns, ...rows, ...drawn, ...key].join('\n')}
<text x="${(left + right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${x.title}</text>
<text transform="translate(18 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${y.title}</text>
</svg>
`;
};

const round = (value: number): number => Math.round(value * 10) / 10;

const powers = ({ from, to }: Axis): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => 10 ** (from + n));

const label = (value: number): string => value.toLocaleString('en');
