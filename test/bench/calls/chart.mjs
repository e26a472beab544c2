// The ratios to the raw addon as a bar chart: to the left of 1 is faster, to the right slower.

import { Figures } from './figures.mjs';
import { HELPERS } from './runtimes.mjs';

// Beyond that, and ffi-rs is far beyond, the others would shrink to nothing.
const DOMAIN = [0.02, 20];

function barsOf({ title, peers, cases, cells }) {
  const figures = new Figures(cells);
  const shown = peers.filter((peer) => peer !== 'raw' && !HELPERS.includes(peer));
  return cases.flatMap((testCase) =>
    shown
      .map((peer) => ({
        runtime: title,
        case: testCase,
        peer,
        raw: 1,
        ratio: figures.ratio(testCase, peer, 'raw'),
      }))
      .filter(({ ratio }) => ratio !== undefined),
  );
}

/** For Vega-Lite. */
export function describeCalls({ runtimes }) {
  const titles = runtimes.map(({ title }) => title);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    title: {
      text: 'Time of a call, relative to an addon written by hand',
      subtitle: `Logarithmic; cut off at ${DOMAIN[1]}. Where there is no figure there is no bar.`,
      anchor: 'start',
    },
    data: { values: runtimes.flatMap(barsOf) },
    facet: { field: 'runtime', type: 'nominal', title: null, sort: titles },
    columns: 3,
    spec: {
      width: 260,
      height: { step: 7 },
      mark: { type: 'bar', clip: true },
      encoding: {
        y: { field: 'case', type: 'nominal', sort: null, title: null },
        yOffset: { field: 'peer', sort: null },
        x: {
          field: 'ratio',
          type: 'quantitative',
          title: 'times the raw addon',
          scale: { type: 'log', domain: DOMAIN },
        },
        x2: { field: 'raw' },
        color: { field: 'peer', type: 'nominal', sort: null, title: null },
      },
    },
  };
}
