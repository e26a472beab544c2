// The latencies as a chart: each bar ends at the median, and its line at the 90th percentile.

import { percentile } from './statistics.mjs';

/** For Vega-Lite. */
export function describeLatencies({ series }) {
  const values = series.flatMap(({ way, size, hosts }) =>
    hosts
      .map(({ name, samples }) => ({
        ...{ way, size, host: name, from: 0.1 },
        p50: percentile(samples, 50),
        p90: percentile(samples, 90),
      }))
      .filter(({ p50 }) => p50 > 0),
  );
  const y = { field: 'host', type: 'nominal', sort: null, title: null };
  const scale = { type: 'log', domainMin: 0.1 };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    title: {
      text: 'From the end of writing to the first answer of the new version',
      subtitle: 'Bars: median. Lines: 90th percentile. Logarithmic.',
      anchor: 'start',
    },
    data: { values },
    facet: {
      row: { field: 'size', type: 'nominal', title: null, sort: null },
      column: { field: 'way', type: 'nominal', title: null, sort: null },
    },
    spec: {
      width: 320,
      height: { step: 18 },
      encoding: { y },
      layer: [
        {
          mark: 'bar',
          encoding: {
            x: { field: 'p50', type: 'quantitative', title: 'milliseconds', scale },
            x2: { field: 'from' },
            color: { field: 'host', type: 'nominal', sort: null, legend: null },
          },
        },
        {
          mark: 'rule',
          encoding: { x: { field: 'p50', type: 'quantitative' }, x2: { field: 'p90' } },
        },
      ],
    },
  };
}
