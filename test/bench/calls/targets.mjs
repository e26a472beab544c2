// What this package promises about the speed of calls, and whether it keeps it.

import { CASES } from './cases.mjs';

const OURS = 'dynamic-reload';
const SCALARS = ['add_i32', 'add_f64', 'add_i64', 'pointer', 'sum_buf'];
const WITH_JIT = CASES.filter(({ withoutJit }) => !withoutJit).map(({ name }) => name);
const BATCH_NS = 5;

const TARGETS = [
  atMost(1.3, 'raw', ['noop']),
  atMost(0.6, 'raw', SCALARS),
  atMost(0.4, 'raw', ['mix8']),
  atMost(1.1, 'raw', ['strlen, changing']),
  atMost(0.7, 'raw', ['strlen, repeated', 'atoi', 'greet']),
  atMost(0.15, 'raw', ['dot3']),
  atMost(0.1, 'koffi', ['dot3']),
  atMost(0.75, 'raw', ['callback']),
  atMost(1, 'raw', ['qsort']),
  atMost(0.25, 'koffi', ['nonblocking']),
  { title: `batch: at most ${BATCH_NS} ns over C itself`, cases: ['batch'], judge: judgeBatch },
  { ...atMost(1, 'koffi', WITH_JIT), title: 'every case: at most 1 × koffi' },
  {
    title: 'add_i32 after a reload: at most 1.1 × before',
    cases: ['add_i32'],
    judge: (figures) => judge(figures.ratio('add_i32', 'reloaded', OURS), 1.1),
  },
];

/** @returns for each target its `title` and, for each of the `runtimes`, the words of the verdict */
export function judgeAll(runtimes) {
  return TARGETS.map(({ title, cases, judge: judgeTarget }) => ({
    title,
    verdicts: runtimes.map(({ figures }) => {
      const measured = cases.filter((testCase) => figures.hasCase(testCase));
      return measured.length === 0 ? 'not measured' : judgeTarget(figures, measured);
    }),
  }));
}

/** The time of ours divided by that of `base`, in whichever of the cases it is worst. */
function atMost(limit, base, cases) {
  const judgeCases = (figures, measured) => {
    const ratios = measured.map((name) => ({ name, ratio: figures.ratio(name, OURS, base) }));
    const missing = ratios.filter(({ ratio }) => ratio === undefined);
    if (missing.length > 0) return `missed: no figure for ${names(missing)}`;
    const worst = ratios.reduce((one, other) => (other.ratio > one.ratio ? other : one));
    return judge(worst.ratio, limit, ratios.length > 1 ? ` (${worst.name})` : '');
  };
  const title = `${cases.join('; ')}: at most ${limit} × ${base}`;
  return { title, cases, judge: judgeCases };
}

function judgeBatch(figures) {
  const difference = figures.median('batch', OURS) - figures.median('batch', 'c-loop');
  return judge(Number.isNaN(difference) ? undefined : difference, BATCH_NS);
}

function judge(value, limit, where = '') {
  if (value === undefined) return 'missed: no figure';
  return `${value <= limit ? 'met' : 'missed'}: ${value.toFixed(2)}${where}`;
}

function names(list) {
  return list.map(({ name }) => name).join('; ');
}
