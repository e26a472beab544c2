// Peer: native/raw.c, the base of all ratios.

export function open({ raw }) {
  return {
    bind: ({ symbol, inFlight }) =>
      inFlight === undefined ? raw[symbol] : raw[`${symbol}_nonblocking`],
  };
}
