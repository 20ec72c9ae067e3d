/** What was measured: a table and what must be said about it. */
export interface Measured {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes?: readonly string[];
}

/** Something that `npm run bench` measures. */
export interface Figure {
  /** What `npm run bench -- NAME` calls it. */
  readonly name: string;
  readonly title: string;
  /** What is measured, how, and against what. */
  readonly about: string;
  measure(): Promise<Measured>;
}

/** A table in Markdown, padded so that it reads well in a terminal too. */
export const markdown = ({ columns, rows, notes = [] }: Measured): string => {
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const table = [columns, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
  return [table, ...notes].join('\n\n');
};
