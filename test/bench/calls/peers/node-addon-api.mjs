// Peer: native/addon.cc.

export function open({ paths, require }) {
  const addon = require(paths.addon);
  return {
    bind: ({ symbol, inFlight }) =>
      inFlight === undefined ? addon[symbol] : addon[`${symbol}_nonblocking`],
  };
}
