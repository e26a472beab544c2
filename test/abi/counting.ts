// C functions that do nothing but count how often they are called.

import type { SymbolDefinitions } from '../../lib';
import { useFixture, type Exchange } from './exchange';

/** Each name is a function that C believes to take anything. */
export class CountedCalls {
  constructor(readonly exchange: Exchange) {}

  get count(): unknown {
    return this.exchange.symbols['calls'];
  }

  /** What a call throws; undefined when it throws nothing. */
  errorOf(name: string, values: readonly unknown[]): unknown {
    try {
      this.exchange.function(name)(...values);
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

export function useCountedCalls(definitions: SymbolDefinitions): CountedCalls {
  const functions = Object.keys(definitions).map((name) => `int ${name}(void) { return ++calls; }`);
  const source = ['int calls;', ...functions].join('\n');
  const symbols = { ...definitions, calls: { type: 'i32' } } as const;
  return new CountedCalls(useFixture([], { further: [{ source, kinds: [] }], symbols }));
}
