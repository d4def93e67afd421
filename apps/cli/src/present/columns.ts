import { printable } from '../printable.ts';

/** A column of a table: how it is called, and how a row fills it. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand on the right. */
  readonly right?: boolean;
  /** Left out first where the terminal is narrow: the column with the highest number. Without one it always stays. */
  readonly leaveOut?: number;
}

/** Prints rows below each other. The first rows decide how wide the columns are; nothing is ever cut. */
export class Columns<Row> {
  /** The titles of columns that the terminal has no room for. */
  readonly leftOut: readonly string[];
  readonly #columns: readonly { readonly column: Column<Row>; readonly width: number }[];

  constructor(columns: readonly Column<Row>[], first: readonly Row[], terminalWidth = Infinity) {
    const measured = columns.map((column) => ({
      column,
      width: first.reduce((width, row) => Math.max(width, cellOf(column, row).length), column.title.length),
    }));
    this.#columns = fitting(measured, terminalWidth);
    this.leftOut = measured.filter((one) => !this.#columns.includes(one)).map(({ column }) => column.title);
  }

  header(): string {
    return this.#line(({ title }) => title);
  }

  row(row: Row): string {
    return this.#line((column) => cellOf(column, row));
  }

  #line(text: (column: Column<Row>) => string): string {
    return this.#columns
      .map(({ column, width }) => (column.right ? text(column).padStart(width) : text(column).padEnd(width)))
      .join(gap)
      .trimEnd();
  }
}

const gap = '  ';

/** What other systems call things must not break the line. */
function cellOf<Row>(column: Column<Row>, row: Row): string {
  return printable(column.cell(row)).replaceAll('\n', String.raw`\u{a}`);
}

function fitting<C extends { readonly column: Column<never>; readonly width: number }>(
  columns: readonly C[],
  terminalWidth: number,
): readonly C[] {
  const width = columns.reduce((sum, column) => sum + column.width + gap.length, -gap.length);
  if (width <= terminalWidth) return columns;
  const order = Math.max(...columns.map(({ column }) => column.leaveOut ?? 0));
  if (order === 0) return columns;
  return fitting(
    columns.filter(({ column }) => column.leaveOut !== order),
    terminalWidth,
  );
}
