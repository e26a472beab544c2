// How a call gets into native code when the scratch holds all that it needs: by Node-API, or by the
// foreign function interface (FFI) of the runtime where that is faster.
//
// It is the same call either way. What is checked before and after it does not depend on the
// transport, and what a callback throws inside it waits in the engine, not in the runtime.

import { createRequire } from 'node:module';
import { addonPath } from '../binding';
import { DynamicReloadError } from '../errors';
import { native } from '../native';

/** What `process.versions` says. */
type Versions = Readonly<Record<string, string | undefined>>;

/** `DynamicReloadCall` of the addon. */
type EngineCall = (engine: number) => void;

interface Ffi {
  readonly name: string;
  readonly runtime: 'bun' | 'deno' | 'node';
  /** Older ones may crash when C that they called calls JavaScript, as V8 did before 12.6. */
  readonly since: readonly [major: number, minor: number];
  /** Whether it is faster from the first call on. V8's are once a function has become hot. */
  readonly isDefault: boolean;
  readonly open: (path: string) => EngineCall;
}

// Bun and Deno say that they are Node.js too, so that comes last.
const FFIS: readonly Ffi[] = [
  { name: 'bun:ffi', runtime: 'bun', since: [1, 4], isDefault: true, open: openBun },
  { name: 'Deno.dlopen', runtime: 'deno', since: [2, 9], isDefault: false, open: openDeno },
  // Also experimental: it warns when it is loaded.
  { name: 'node:ffi', runtime: 'node', since: [26, 10], isDefault: false, open: openNode },
];

export interface Transport {
  readonly name: string;
  /** Calls what the scratch says. */
  readonly call: () => void;
}

/**
 * The FFI to use; undefined for Node-API.
 *
 * @param wanted the value of the environment variable DYNAMIC_RELOAD_TRANSPORT
 */
export function chooseFfi(versions: Versions, wanted: string | undefined): Ffi | undefined {
  const found = findFfi(versions);
  switch (wanted) {
    case undefined:
    case '':
      return found?.isDefault === true ? found : undefined;
    case 'node-api':
      return undefined;
    case 'ffi':
      if (found !== undefined) return found;
      throw unusable('this runtime has no FFI that is known to be fast and safe');
    default:
      throw unusable(`it must be "node-api" or "ffi", not ${JSON.stringify(wanted)}`);
  }
}

function findFfi(versions: Versions): Ffi | undefined {
  // Nobody has tried those of Electron.
  if (versions['electron'] !== undefined) return undefined;
  const ffi = FFIS.find(({ runtime }) => versions[runtime] !== undefined);
  const [major = 0, minor = 0] = (versions[ffi?.runtime ?? ''] ?? '').split('.').map(Number);
  if (ffi === undefined || major < ffi.since[0]) return undefined;
  return major > ffi.since[0] || minor >= ffi.since[1] ? ffi : undefined;
}

/** Opens what was chosen. One that nobody asked for gives way to Node-API when it does not open. */
export function openTransport(ffi: Ffi | undefined, wasAskedFor: boolean): Transport {
  if (ffi === undefined) return NODE_API;
  try {
    const engine = native.calls.engineAddress();
    if (!Number.isSafeInteger(engine)) throw new RangeError('the address does not fit in a double');
    const callEngine = ffi.open(addonPath());
    return { name: ffi.name, call: () => callEngine(engine) };
  } catch (cause) {
    if (wasAskedFor) throw unusable(`${ffi.name} cannot be used`, { cause });
    return NODE_API;
  }
}

const NODE_API: Transport = { name: 'Node-API', call: native.calls.call };

function unusable(why: string, options?: ErrorOptions): DynamicReloadError {
  return new DynamicReloadError('ERR_TRANSPORT', `DYNAMIC_RELOAD_TRANSPORT: ${why}.`, options);
}

// ---- One function for each runtime ---------------------------------------------------------------

function openBun(path: string): EngineCall {
  const ffi = createRequire(__filename)('bun:ffi') as BunFfi;
  const signature = { args: ['f64'], returns: 'void' };
  return ffi.dlopen(path, { DynamicReloadCall: signature }).symbols.DynamicReloadCall;
}

interface BunFfi {
  dlopen(path: string, symbols: object): Opened;
}

function openDeno(path: string): EngineCall {
  const { Deno } = globalThis as unknown as { Deno: DenoNamespace };
  const signature = { parameters: ['f64'], result: 'void' };
  return Deno.dlopen(path, { DynamicReloadCall: signature }).symbols.DynamicReloadCall;
}

interface DenoNamespace {
  dlopen(path: string, symbols: object): Opened;
}

interface Opened {
  readonly symbols: { readonly DynamicReloadCall: EngineCall };
}

function openNode(path: string): EngineCall {
  const { DynamicLibrary } = createRequire(__filename)('node:ffi') as NodeFfi;
  const signature = { arguments: ['f64'], return: 'void' };
  return new DynamicLibrary(path).getFunction('DynamicReloadCall', signature);
}

interface NodeFfi {
  readonly DynamicLibrary: new (path: string) => {
    getFunction(name: string, signature: object): EngineCall;
  };
}

// ---- The choice ----------------------------------------------------------------------------------

const wanted = process.env['DYNAMIC_RELOAD_TRANSPORT'];

/** Chosen when the package is loaded. */
export const transport = openTransport(chooseFfi(process.versions, wanted), wanted === 'ffi');
