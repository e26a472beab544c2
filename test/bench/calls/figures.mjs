// The samples of one runtime, by case and peer.

import { medianRatio, percentile } from '../statistics.mjs';

export class Figures {
  #cells;

  /** `cells` as session.mjs returns them. */
  constructor(cells) {
    this.#cells = cells;
  }

  /** Why there is no figure; undefined when there is one, or when nobody asked for it. */
  problem(testCase, peer) {
    return this.#find(testCase, peer)?.problem;
  }

  hasCase(testCase) {
    return this.#cells.some((cell) => cell.case === testCase);
  }

  /** Nanoseconds for one unit; undefined without a figure. So are the others. */
  median(testCase, peer) {
    return percentile(this.#samples(testCase, peer), 50);
  }

  /** Half the interquartile range, as a part of the median. */
  spread(testCase, peer) {
    const samples = this.#samples(testCase, peer);
    const [lower, middle, upper] = [25, 50, 75].map((p) => percentile(samples, p));
    return (upper - lower) / 2 / middle;
  }

  /** The median, over the rounds, of the time of `peer` divided by that of `base`. */
  ratio(testCase, peer, base) {
    return medianRatio(this.#samples(testCase, peer), this.#samples(testCase, base));
  }

  #samples(testCase, peer) {
    return this.#find(testCase, peer)?.samples ?? [];
  }

  #find(testCase, peer) {
    return this.#cells.find((cell) => cell.case === testCase && cell.peer === peer);
  }
}
