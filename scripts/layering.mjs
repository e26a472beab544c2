#!/usr/bin/env node
// Reads every #include under native/ and every import under lib/, and fails on one that points up.
//
//   node scripts/layering.mjs [root of the project]
//
// The tables below are the architecture. A new file of lib/ gets a place in them first.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// ---- native/: which layers a layer may include, and which foreign headers -------------------------

const nativeLayers = {
  base: { below: [], headers: ['standard'] },
  os: { below: ['base'], headers: ['standard', 'system'] },
  ffi: { below: ['base'], headers: ['standard'] },
  napi: { below: ['base', 'os', 'ffi'], headers: ['standard', 'node'] },
};

// A system difference is a file, which only os/ has.
const layersWithoutSystemConditions = ['base', 'ffi', 'napi'];

// ---- lib/: each row may import the rows below it, and its own as long as there is no cycle --------

const libRows = [
  ['index'],
  ['reloader'],
  ['reload-queue'],
  [
    'library-set',
    'library-factory',
    'candidate',
    'rollback',
    'deferral',
    'event-stream',
    'first-arrival',
    'listeners',
    'tracer',
    'traced-candidate',
    'builders',
  ],
  ['succession', 'announcer', 'reload-events'],
  ['library-index'],
  ['addon', 'addon-image'],
  [
    'library',
    'library-handle',
    'library-kind',
    'shared-kind',
    'version',
    'version-history',
    'current-version',
    'next-version',
    'pending-slot',
    'kept-versions',
    'inspection',
    'abortable',
  ],
  ['handover', 'state-functions', 'preserve', 'symbol-diff', 'abi-tag'],
  ['patience'],
  ['builder'],
  ['build-sources', 'build-run'],
  ['within'],
  ['addon-options', 'addon-exports'],
  ['library-request'],
  ['library-settings'],
  ['reloader-options', 'library-options'],
  ['version-options', 'build-options', 'verification', 'probe'],
  ['validation', 'symbols', 'probe-child'],
  ['probe-report'],
  ['option-checks'],
  ['reload', 'search', 'shadow', 'follower'],
  ['calls'],
  ['native'],
  ['ctypes', 'signature', 'events', 'timings', 'errors', 'types'],
  ['trace-names', 'version-facts'],
  ['binding'],
];

// The modules that may know the addon: lib/binding.ts, or its types in binding.d.ts.
const bindingUsers = [
  'reloader',
  'reload-queue',
  'library-set',
  'library-factory',
  'library-index',
  'addon',
  'addon-image',
  'candidate',
  'library',
  'library-kind',
  'shared-kind',
  'version',
  'version-history',
  'current-version',
  'next-version',
  'pending-slot',
  'succession',
  'handover',
  'state-functions',
  'preserve',
  'symbol-diff',
  'symbols',
  'timings',
  'tracer',
  'probe-child',
  'probe-report',
  'calls',
  'native',
  'binding',
];

// Packages that one module alone may import.
const packageOwners = {
  'node-gyp-build': 'binding',
  chokidar: 'build-sources',
  picomatch: 'build-sources',
};

// ---------------------------------------------------------------------------------------------------

function filesIn(root, folder, pattern) {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort();
}

function headerKind(name) {
  if (/^(napi|napi-inl|node|node_api|node_api_types|node_buffer|v8|uv)\.h$/.test(name))
    return 'node';
  if (/^(js_native_api|v8-|uv\/)/.test(name)) return 'node';
  // The headers of the C++ standard library are the ones without a suffix.
  return /^[a-z_]+$/.test(name) ? 'standard' : 'system';
}

// What is wrong with one line of a file in `layer`, or undefined.
function nativeComplaint(layer, line) {
  const { below, headers } = nativeLayers[layer];
  const [, include] = /^\s*#\s*include\s*(["<][^">]+)/.exec(line) ?? [];
  if (include?.startsWith('<')) {
    const kind = headerKind(include.slice(1));
    return headers.includes(kind)
      ? undefined
      : `${layer} must not include the ${kind} header ${include}>`;
  }
  if (include !== undefined) {
    const target = include.slice(1).split('/')[0];
    if (!(target in nativeLayers))
      return `${include}" must be written with its layer, as "${layer}/…"`;
    return target === layer || below.includes(target)
      ? undefined
      : `${layer} must not include ${include}"`;
  }
  const condition =
    /^\s*#\s*(if|ifdef|ifndef|elif)\b.*\b(_WIN32|_WIN64|__APPLE__|__linux__|__unix__)\b/;
  if (layersWithoutSystemConditions.includes(layer) && condition.test(line)) {
    return `${layer} must not ask which system it is: ${line.trim()}`;
  }
  return undefined;
}

function checkNativeFile(root, file) {
  const layer = file.split('/')[1];
  if (!(layer in nativeLayers)) return [`${file}: native/${layer} is no layer`];
  return readFileSync(path.join(root, file), 'utf8')
    .split('\n')
    .map((line) => nativeComplaint(layer, line))
    .flatMap((complaint, index) =>
      complaint === undefined ? [] : [`${file}:${index + 1}: ${complaint}`],
    );
}

// ---- lib/ -----------------------------------------------------------------------------------------

// `symbols/slot` stands in the row of `symbols`.
function rowOf(module) {
  const name = module.split('/')[0];
  return libRows.findIndex((row) => row.includes(name));
}

// Comments may show how the package is imported. Each becomes as many lines without text.
function withoutComments(text) {
  return text
    .replace(/^[ \t]*\/\*[^]*?\*\//gm, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/^[ \t]*\/\/.*$/gm, '');
}

// Everything that is imported, in any of the forms: `from 'x'`, `import 'x'`, `import('x')` and
// `require('x')`.
function importsOf(root, file) {
  const text = withoutComments(readFileSync(path.join(root, file), 'utf8'));
  const forms = /\b(?:from|import|require)\s*\(?\s*(['"])([^'"\n]+)\1/g;
  return [...text.matchAll(forms)].map((match) => ({
    request: match[2],
    place: `${file}:${text.slice(0, match.index).split('\n').length}`,
  }));
}

// The module of lib/ that `request` means when `importer` asks for it; undefined for a package.
function resolveInLib(importer, request) {
  if (request === 'dynamic-reload') return 'index';
  if (!request.startsWith('.')) return undefined;
  const target = path.posix
    .join('lib', path.posix.dirname(importer), request)
    .replace(/\.[jt]s$/, '');
  // binding.d.ts beside lib/ holds the types of what lib/binding.ts loads.
  if (target === 'binding') return 'binding';
  return target.startsWith('lib/') ? target.slice('lib/'.length) : `../${target}`;
}

// What is wrong with an import, or undefined. `target` is undefined for a package.
function importComplaint(importer, request, target) {
  if (target === undefined) {
    const owner = packageOwners[request];
    return owner === undefined || owner === importer
      ? undefined
      : `only lib/${owner}.ts may import ${request}`;
  }
  if (rowOf(target) === -1) return `${request} has no place in the rows of scripts/layering.mjs`;
  if (target === 'index') return `nothing in lib imports ${request}`;
  if (rowOf(target) < rowOf(importer))
    return `${importer} must not import ${request}, which is above it`;
  if (target === 'binding' && !bindingUsers.includes(importer.split('/')[0])) {
    return `${importer} must not know the addon (${request})`;
  }
  return undefined;
}

// Each cycle of `graph` once, as the list of its members.
function findCycles(graph) {
  const cycles = new Map();
  const done = new Set();
  const visit = (module, trail) => {
    const start = trail.indexOf(module);
    if (start !== -1) {
      const members = trail.slice(start);
      cycles.set([...members].sort().join(), [...members, module]);
      return;
    }
    if (done.has(module)) return;
    for (const target of graph.get(module) ?? []) visit(target, [...trail, module]);
    done.add(module);
  };
  for (const module of graph.keys()) visit(module, []);
  return [...cycles.values()];
}

function checkLib(root, files) {
  const complaints = [];
  const graph = new Map();
  for (const file of files) {
    const importer = file.slice('lib/'.length).replace(/\.ts$/, '');
    if (rowOf(importer) === -1)
      complaints.push(`${file}: has no place in the rows of scripts/layering.mjs`);
    graph.set(importer, new Set());
    for (const { request, place } of importsOf(root, file)) {
      const target = resolveInLib(importer, request);
      const complaint = importComplaint(importer, request, target);
      if (complaint !== undefined) complaints.push(`${place}: ${complaint}`);
      if (target !== undefined && target !== importer) graph.get(importer).add(target);
    }
  }
  return [
    ...complaints,
    ...findCycles(graph).map((cycle) => `lib: a cycle: ${cycle.join(' -> ')}`),
  ];
}

// ---------------------------------------------------------------------------------------------------

const root = path.resolve(
  process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..'),
);
const nativeFiles = filesIn(root, 'native', /\.(cc|h)$/);
const libFiles = filesIn(root, 'lib', /(?<!\.d)\.ts$/);
const complaints = [
  ...nativeFiles.flatMap((file) => checkNativeFile(root, file)),
  ...checkLib(root, libFiles),
];
if (nativeFiles.length + libFiles.length === 0) complaints.push(`${root}: nothing to check here`);

for (const complaint of complaints) console.error(complaint);
console.log(
  `layering: ${nativeFiles.length} native and ${libFiles.length} lib files, ${complaints.length} complaints`,
);
process.exitCode = complaints.length > 0 ? 1 : 0;
