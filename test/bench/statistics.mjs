// Summaries of samples. A round without a sample is `undefined` in the arrays.

const BLOCKS = 5;

/** The p-th percentile by nearest rank; undefined when there is no sample. */
export function percentile(samples, p) {
  const sorted = samples.filter((sample) => sample !== undefined).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

/** The lowest and the highest of the medians of five blocks of successive rounds. */
export function spreadOfMedians(samples) {
  const size = Math.ceil(samples.length / BLOCKS);
  const medians = Array.from({ length: BLOCKS }, (_, block) =>
    percentile(samples.slice(block * size, (block + 1) * size), 50),
  );
  return [percentile(medians, 0), percentile(medians, 100)];
}

/** The median of the ratios of samples of the same round. */
export function medianRatio(samples, base) {
  const ratios = samples.map((sample, round) =>
    sample === undefined || base[round] === undefined ? undefined : sample / base[round],
  );
  return percentile(ratios, 50);
}
