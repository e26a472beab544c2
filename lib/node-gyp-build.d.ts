// node-gyp-build ships no types. Not emitted: no exported type mentions it.
declare module 'node-gyp-build' {
  function load(packageRoot: string): unknown;
  namespace load {
    function resolve(packageRoot: string): string;
  }
  export = load;
}
