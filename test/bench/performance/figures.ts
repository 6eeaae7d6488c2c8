/** The median of several windows with the lowest and the highest of them. */
export interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The direction of a goal. */
interface Goal {
  readonly kind: 'atMost' | 'atLeast';
  readonly ratio: number;
  /** An allowance on top, in the row's unit. */
  readonly plus?: number;
}

/** One line of the table. */
export interface Row {
  readonly measure: string;
  readonly unit: string;
  /** Absent where the row is measured against itself or told only. */
  readonly floor?: Figure;
  readonly product: Figure;
  /** Where windows were taken in pairs; else the ratio of the medians. */
  readonly ratio?: number;
  readonly goal?: Goal | undefined;
}

/** A row with its judgement, as `--json` prints it. */
export interface JudgedRow extends Row {
  readonly isMet?: boolean;
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function figureOf(values: readonly number[]): Figure {
  return { median: medianOf(values), low: Math.min(...values), high: Math.max(...values) };
}

/** The value below which that share of the values lies. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

/** Windows of floor and product that were taken in turn: each is compared with its neighbour in time. */
export function pairedRow(
  named: Pick<Row, 'measure' | 'unit' | 'goal'>,
  floor: readonly number[],
  product: readonly number[],
): Row {
  const ratios = product.map((value, index) => value / (floor[index] ?? Number.NaN));
  const ratio = medianOf(ratios);
  return { ...named, floor: figureOf(floor), product: figureOf(product), ratio };
}

export function judge(row: Row): JudgedRow {
  const { floor, product, goal } = row;
  if (floor === undefined) return row;
  const ratio = row.ratio ?? product.median / floor.median;
  if (goal === undefined) return { ...row, ratio };
  const limit = goal.ratio + (goal.plus ?? 0) / floor.median;
  return { ...row, ratio, isMet: goal.kind === 'atMost' ? ratio <= limit : ratio >= limit };
}

/** One line of the table over several whole runs: the medians of theirs, with the lowest and the highest. */
export interface SpreadRow extends Omit<Row, 'ratio'> {
  readonly ratios?: Figure;
  /** The number of runs that met the goal. */
  readonly met?: number;
  readonly runs: number;
}

/** The same row of several whole runs. */
export function spreadOf(rows: readonly JudgedRow[]): SpreadRow {
  const { measure, unit, goal } = rows[0]!;
  const over = (pick: (row: JudgedRow) => number | undefined): Figure | undefined => {
    const values = rows.flatMap((row) => pick(row) ?? []);
    return values.length === 0 ? undefined : figureOf(values);
  };
  const [floor, ratios] = [over((row) => row.floor?.median), over((row) => row.ratio)];
  return {
    measure,
    unit,
    goal,
    ...(floor === undefined ? {} : { floor }),
    product: over(({ product }) => product.median)!,
    ...(ratios === undefined ? {} : { ratios }),
    ...(goal === undefined ? {} : { met: rows.filter(({ isMet }) => isMet === true).length }),
    runs: rows.length,
  };
}

function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** `3.10 (3.02-3.31)` */
export function describeFigure(figure: Figure | undefined): string {
  if (figure === undefined) return '-';
  const { median, low, high } = figure;
  return `${digits(median)} (${digits(low)}-${digits(high)})`;
}

/** `1.20x`; over several runs `1.20x (1.16-1.78)`. */
export function describeRatio(row: JudgedRow | SpreadRow): string {
  const times = (value: number): string => value.toFixed(2);
  if ('runs' in row) {
    const { ratios } = row;
    if (ratios === undefined) return '-';
    return `${times(ratios.median)}x (${times(ratios.low)}-${times(ratios.high)})`;
  }
  return row.ratio === undefined ? '-' : `${times(row.ratio)}x`;
}

/** `yes` and `NO` where all runs agree, else how many of them met the goal. */
export function describeMet(row: JudgedRow | SpreadRow): string {
  const [met, runs] = 'runs' in row ? [row.met, row.runs] : [row.isMet && 1, 1];
  if (met === undefined) return '-';
  if (Number(met) === runs) return 'yes';
  return Number(met) === 0 ? 'NO' : `${String(met)} of ${String(runs)}`;
}

export function describeGoal({ unit, goal }: Row): string {
  if (goal === undefined) return '-';
  const sign = goal.kind === 'atMost' ? '<=' : '>=';
  const plus = goal.plus === undefined ? '' : ` + ${String(goal.plus)} ${unit}`;
  return `${sign} ${goal.ratio.toFixed(2)}x${plus}`;
}
