// Draws charts with Vega-Lite.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { installPackages } from '../install.mjs';

/** Writes the chart that a specification of Vega-Lite describes to an SVG file. */
export async function writeChart(file, specification) {
  const require = createRequire(installPackages('chart'));
  const load = (name) => import(pathToFileURL(require.resolve(name)));
  const [vega, vegaLite] = await Promise.all([load('vega'), load('vega-lite')]);
  const { spec } = vegaLite.compile(specification);
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  writeFileSync(file, await view.toSVG());
  view.finalize();
}
