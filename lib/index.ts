// What users import.

export type { Addon } from './addon';
export type { AddAddonOptions, AddonCandidate } from './addon-options';
export { alloc, type Allocation } from './calls/allocation';
export {
  alignof,
  offsetof,
  read,
  sizeof,
  toArrayBuffer,
  view,
  write,
  type View,
} from './calls/memory';
export type { BuildOptions } from './build-options';
export {
  BuildError,
  DynamicReloadError,
  DynamicReloadRangeError,
  DynamicReloadTypeError,
  LibraryNotFoundError,
  LibraryProbeError,
  ShadowCopyError,
  SymbolNotFoundError,
  SystemCallError,
  type BuildFacts,
  type ErrorCode,
  type ProbeFacts,
} from './errors';
export type { ReloadDeferral } from './deferral';
export type {
  AfterEvent,
  BeforeEvent,
  BuildEnded,
  BuildEvent,
  BuildOutput,
  BuildStarted,
  DynamicReloadEvents,
  FailedEvent,
  Library,
  LibraryEvents,
  LibraryLease,
  LibraryVersion,
  NamedEvent,
  OldVersion,
  ReloadedOptions,
  ReloadEvent,
  ResidentEvent,
  ResidentReason,
  RollbackOptions,
  SymbolChanges,
  TraceDecision,
  TraceEvent,
  TracePhase,
  TraceReport,
  UnloadedEvent,
  UpdateCallback,
  UpdateState,
  VersionState,
  WarningEvent,
} from './events';
export type { AddLibraryOptions, LibraryCandidate } from './library-options';
export type { LibraryFile } from './verification';
export {
  callback,
  type CallbackDefinition,
  type CallbackFunction,
  type ForeignFunction,
} from './ctypes/callback';
export {
  array,
  bits,
  enumeration,
  inout,
  out,
  pointer,
  string,
  struct,
  union,
  type Holder,
  type Members,
  type Pointer,
  type StringOptions,
  type StructType,
  type UnionType,
} from './ctypes/make';
export type { LayoutOptions } from './ctypes/layout';
export type { CType } from './ctypes/type';
export { cdef } from './ctypes/prototype/cdef';
export type { Cdef, Header } from './ctypes/prototype/literal-cdef';
export type { DeclaredTypes } from './ctypes/prototype/scope';
export type {
  AnyType,
  ArgumentOf,
  Complex,
  NativeReturnType,
  NativeType,
  ResultOf,
} from './ctypes/values';
export { DynamicReload } from './reloader';
export type { DynamicReloadOptions, WatchMode } from './reloader-options';
export type { TraceDecisionName, TracePhaseName, TraceReportName } from './trace-names';
export type { StateFunctionNames, VersionOptions } from './version-options';
export type { CopyExtent, ReloadTimings } from './timings';
export { platformFileName, type SearchMode } from './search';
export type {
  CallOptions,
  FunctionDefinition,
  LibraryCallback,
  LibraryFunction,
  LibrarySymbols,
  SymbolDefinition,
  SymbolDefinitions,
  SymbolSources,
  SymbolsOf,
  VariableDefinition,
  VariadicArgument,
} from './types';
